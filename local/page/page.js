/** Exchanges what has changed, and leaves focus and scrolling where they are. */
import { Idiomorph } from "/idiomorph.js";

const main = document.querySelector("main");
const connection = document.querySelector("#connection");
const events = new EventSource("/events");

events.addEventListener("open", () => {
  connection.textContent = "live";
  connection.className = "good";
});
events.addEventListener("message", ({ data }) => {
  Idiomorph.morph(main, JSON.parse(data), { morphStyle: "innerHTML" });
});
events.addEventListener("error", () => {
  connection.textContent = "not connected: is npm start still running?";
  connection.className = "bad";
});
