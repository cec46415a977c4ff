/**
 * The guard: where a CV may be fetched from. Pure: what a name resolves to comes from outside.
 *
 * Spellings of a host need no list of their own. The URL parser turns decimal, octal, hexadecimal and full-width
 * numbers into an address, and of a name nothing counts but the addresses that it resolves to.
 */
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** All that IANA has ever given out for public use; what lies outside is transitional, local or not yet given. */
const PUBLIC_IPV6 = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Why a URL may not be fetched; undefined when it may, provided that its addresses may, too.
 *
 * @see https://url.spec.whatwg.org/#host-parsing
 */
export function refuseUrl(url: URL, allowedOrigins: readonly string[]): string | undefined {
  if (url.username !== "" || url.password !== "") return "its URL holds credentials";
  if (isAllowedOrigin(url, allowedOrigins)) return undefined;
  if (url.protocol !== "https:") return "its URL is not https";
  if (url.port !== "") return "its URL has another port than 443";
  return undefined;
}

/** `blob:` URLs have the origin of another URL, so the protocol counts as well. */
export function isAllowedOrigin(url: URL, allowedOrigins: readonly string[]): boolean {
  return /^https?:$/.test(url.protocol) && allowedOrigins.includes(url.origin);
}

/**
 * Why nothing may be fetched from an IP address; undefined when it is public. Addresses that carry another one in
 * them (IPv4-mapped, NAT64, 6to4, Teredo) are refused whatever they carry: no CV needs them.
 *
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export function refuseAddress(address: string): string | undefined {
  if (isIP(address) === 0) return "its host leads to no IP address";
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (range !== "unicast") return `its host leads to an address that is not public (${range})`;
  if (parsed instanceof ipaddr.IPv6 && !parsed.match(PUBLIC_IPV6)) {
    return "its host leads to an address that is not public (unassigned)";
  }
  return undefined;
}

/** The address that a URL names itself, without any name to resolve. */
export function literalAddress(url: URL): { address: string; family: number } | undefined {
  const address = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const family = isIP(address);
  return family === 0 ? undefined : { address, family };
}
