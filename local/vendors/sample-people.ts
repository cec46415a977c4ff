/** What an invented person of one place can be made of. */
export interface SamplePlace {
  language: string;
  /** As it is written, and as it stands in an e-mail. */
  firstNames: [written: string, latin: string][];
  lastNames: [written: string, latin: string][];
  /** How a full name is written here. */
  fullName(first: string, last: string): string;
  phone(digits: string): string;
  address: { road: string; city: string; postcode: string; state: string; country: string; text: string };
  coordinates: [latitude: number, longitude: number];
  titles: string[];
  companies: string[];
  school: string;
  degree: string;
  summary: string;
}

const firstThenLast = (first: string, last: string) => `${first} ${last}`;
const lastThenFirst = (first: string, last: string) => `${last} ${first}`;

/** Invented people, in scripts, name orders and address forms that mappings tend to get wrong. */
export const SAMPLE_PLACES: [SamplePlace, ...SamplePlace[]] = [
  {
    language: "fr",
    firstNames: [
      ["Élodie", "elodie"],
      ["Jean-François", "jean-francois"],
      ["Zoé", "zoe"],
    ],
    lastNames: [
      ["Martin", "martin"],
      ["Lefèvre-d'Aubigné", "lefevre-daubigne"],
      ["Nœuvel", "noeuvel"],
    ],
    fullName: firstThenLast,
    phone: (digits) => `+336${digits.slice(0, 8)}`,
    address: {
      road: "Rue des Tilleuls",
      city: "Paris",
      postcode: "75008",
      state: "Île-de-France",
      country: "FRA",
      text: "18 Rue des Tilleuls, 75008 Paris, France",
    },
    coordinates: [48.8777, 2.3015],
    titles: ["Ingénieure données", "Chargé de clientèle", "Cheffe de projet"],
    companies: ["Atelier Exemple", "Société Générique", "Les Fournils d'Exemple"],
    school: "Université d'Exemple",
    degree: "Master informatique",
    summary:
      "Ingénieure données avec six ans d'expérience : conception de chaînes de traitement, modélisation et mise en production, goût du travail bien fait et des équipes où l'on s'écoute.",
  },
  {
    language: "de",
    firstNames: [
      ["Jürgen", "juergen"],
      ["Änne", "aenne"],
      ["Björn", "bjoern"],
    ],
    lastNames: [
      ["Groß", "gross"],
      ["von der Mühlen", "von-der-muehlen"],
      ["Öztürk", "oeztuerk"],
    ],
    fullName: firstThenLast,
    phone: (digits) => `+49 151 ${digits.slice(0, 8)}`,
    address: {
      road: "Straße der Beispiele",
      city: "München",
      postcode: "80331",
      state: "Bayern",
      country: "DEU",
      text: "Straße der Beispiele 7a, 80331 München, Deutschland",
    },
    coordinates: [48.1372, 11.5755],
    titles: ["Softwareentwickler", "Einkäuferin", "Pflegefachkraft"],
    companies: ["Muster & Söhne GmbH", "Beispielwerke AG", "Klinikum Musterstadt"],
    school: "Technische Hochschule Musterstadt",
    degree: "Diplom-Informatik",
    summary: "Entwickler mit Schwerpunkt auf verlässlichen Schnittstellen.",
  },
  {
    language: "ja",
    firstNames: [
      ["花子", "hanako"],
      ["太郎", "taro"],
      ["さくら", "sakura"],
    ],
    lastNames: [
      ["山田", "yamada"],
      ["見本", "mihon"],
      ["𠮷野", "yoshino"],
    ],
    fullName: lastThenFirst,
    phone: (digits) => `+81 90-${digits.slice(0, 4)}-${digits.slice(4, 8)}`,
    address: {
      road: "丸の内一丁目",
      city: "千代田区",
      postcode: "100-0005",
      state: "東京都",
      country: "JPN",
      text: "〒100-0005 東京都千代田区丸の内一丁目1-1",
    },
    coordinates: [35.6812, 139.7671],
    titles: ["ソフトウェアエンジニア", "営業担当", "品質管理者"],
    companies: ["株式会社見本", "例示電機", "サンプル商事"],
    school: "見本大学",
    degree: "工学修士",
    summary: "大規模なデータ基盤の設計と運用を担当。🙂",
  },
  {
    language: "ar",
    firstNames: [
      ["ليلى", "layla"],
      ["يوسف", "youssef"],
      ["مريم", "maryam"],
    ],
    lastNames: [
      ["النموذجي", "alnamoudhaji"],
      ["بن مثال", "ben-mithal"],
      ["العيّناتي", "alayyinati"],
    ],
    fullName: firstThenLast,
    phone: (digits) => `+212 6${digits.slice(0, 8)}`,
    address: {
      road: "شارع المثال",
      city: "الدار البيضاء",
      postcode: "20000",
      state: "الدار البيضاء-سطات",
      country: "MAR",
      text: "١٢ شارع المثال، الدار البيضاء ٢٠٠٠٠، المغرب",
    },
    coordinates: [33.5731, -7.5898],
    titles: ["مهندسة برمجيات", "محاسب", "مديرة مشروع"],
    companies: ["شركة المثال", "مؤسسة النموذج", "مخبر العيّنة"],
    school: "جامعة المثال",
    degree: "ماجستير في المعلوماتية",
    summary: "خبرة خمس سنوات في تطوير الأنظمة الموزعة.",
  },
  {
    language: "en",
    firstNames: [
      ["Siobhán", "siobhan"],
      ["Thandiwe", "thandiwe"],
      ["J. R.", "jr"],
    ],
    lastNames: [
      ["O'Example", "oexample"],
      ["Sample", "sample"],
      ["Null", "null"],
    ],
    fullName: firstThenLast,
    phone: (digits) => `+1 (555) ${digits.slice(0, 3)}-${digits.slice(3, 7)}`,
    address: {
      road: "Example Avenue",
      city: "Springfield",
      postcode: "01101",
      state: "Massachusetts",
      country: "USA",
      text: "742 Example Avenue, Springfield, MA 01101, USA",
    },
    coordinates: [42.1015, -72.5898],
    titles: ["Senior Software Engineer", "Nurse", "Head of Sales & Marketing"],
    companies: ["Acme Example, Inc.", "Sample <Health> & Care", 'The "Test" Company'],
    school: "University of Examples",
    degree: "B.Sc. Computer Science",
    summary: 'Builds things that keep working.\nSecond line, with a tab\tand a quote ".',
  },
  {
    language: "el",
    firstNames: [
      ["Ελένη", "eleni"],
      ["Γιώργος", "giorgos"],
      ["Άννα", "anna"],
    ],
    lastNames: [
      ["Παραδειγματίδη", "paradeigmatidi"],
      ["Δοκιμάκης", "dokimakis"],
      ["Υποδειγμάτου", "ypodeigmatou"],
    ],
    fullName: firstThenLast,
    phone: (digits) => `+30 69${digits.slice(0, 8)}`,
    address: {
      road: "Οδός Παραδείγματος",
      city: "Θεσσαλονίκη",
      postcode: "546 21",
      state: "Κεντρική Μακεδονία",
      country: "GRC",
      text: "Οδός Παραδείγματος 3, 546 21 Θεσσαλονίκη, Ελλάδα",
    },
    coordinates: [40.6401, 22.9444],
    titles: ["Μηχανικός λογισμικού", "Λογίστρια", "Αρχιτέκτονας"],
    companies: ["Παράδειγμα Α.Ε.", "Δοκιμή Ο.Ε.", "Υπόδειγμα"],
    school: "Πανεπιστήμιο Παραδείγματος",
    degree: "Πτυχίο Πληροφορικής",
    summary: "Αναλυτική σκέψη και ομαδικό πνεύμα.",
  },
];
