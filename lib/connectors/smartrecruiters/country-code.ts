import countries from "i18n-iso-countries/index.js"; // The package's main module would bring all its languages along.
import english from "i18n-iso-countries/langs/en.json" with { type: "json" };
import french from "i18n-iso-countries/langs/fr.json" with { type: "json" };

for (const names of [english, french]) countries.registerLocale(names);

/** Languages in which candidates of HrFlow's users write the name of a country. */
const LANGUAGES = ["en", "fr", "de", "es", "it", "nl", "pt"];

/**
 * The code of two letters of a country that is written as such a code, as one of three letters (as HrFlow writes it) or
 * as a name; undefined when there is no such country.
 *
 * @see https://www.iso.org/iso-3166-country-codes.html
 */
export function toCountryCode(country: string): string | undefined {
  const code = /^[a-z]{2,3}$/i.test(country) ? countries.toAlpha2(country.toUpperCase()) : undefined;
  if (code !== undefined && countries.isValid(code)) return code;
  return (
    countries.getSimpleAlpha2Code(country, "en") ??
    countries.getSimpleAlpha2Code(country, "fr") ??
    codeByEverydayName().get(plain(country))
  );
}

/** The library knows official names ("États-Unis d'Amérique"), Unicode those that people use ("États-Unis"). */
function codeByEverydayName(): ReadonlyMap<string, string> {
  everydayNames ??= new Map(
    LANGUAGES.flatMap((language) => {
      const names = new Intl.DisplayNames(language, { type: "region", fallback: "none" });
      return Object.keys(countries.getAlpha2Codes()).map(
        (code) => [plain(names.of(code) ?? code), code] as const,
      );
    }),
  );
  return everydayNames;
}
/** Made once, when it is needed. */
let everydayNames: Map<string, string> | undefined;

/** Without accents and capitals. */
function plain(name: string): string {
  return name.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[’‘]/g, "'").toLowerCase();
}
