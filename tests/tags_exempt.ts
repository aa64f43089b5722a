/** Rules, deviations and rows of docs/spec that no test here names, each with its reason. */
export const EXEMPT: Readonly<Record<string, string>> = {
  "superphenix T4.2": "prefixes are built, not parsed: this plugin has no such function",
  "superphenix T4.3": "prefixes are built, not parsed: this plugin has no such function",
  "superphenix T4.7": "prefixes are built, not parsed: this plugin has no such function",
  "superphenix T4.58": "prefixes are built, not parsed: this plugin has no such function",
  "superphenix T4.64": "prefixes are built, not parsed: this plugin has no such function",
  "superphenix T4.77": "such a text cannot come out of superphenix 3.3",
  "superphenix T4.85": "the host always sends an item; what is no object is refused (protocol 12.6)",
  "protocol 5.3": "says which file the host writes to",
  "protocol 8.2": "the file's name is free",
  "protocol 8.4": "says what Velero's pod has; nothing for this plugin to do",
  "protocol 8.6": "Velero's convention; what this plugin does is protocol 12.1",
  "protocol 9": "symptoms; the rules are in the sections it names",
  "protocol 11": "a summary of other sections",
};
