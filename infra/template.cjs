/** What serverless.yml takes from here: osls reads CommonJS only, the rest is TypeScript. */
module.exports = require("./template.ts");
