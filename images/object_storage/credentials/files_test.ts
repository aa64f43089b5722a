import { assertEquals } from "@std/assert";
import { parseEnv, parseIni } from "./files.ts";

const plain = (text: string) =>
  Object.fromEntries([...parseIni(text)].map(([name, keys]) => [name, Object.fromEntries(keys)]));

const SECRET = "a+b/c==";

// openshift T13.10.22
const INI: [string, string, Record<string, Record<string, string>>][] = [
  ["plain", `[default]\naws_access_key_id=id\naws_secret_access_key=${SECRET}\n`, {
    default: { aws_access_key_id: "id", aws_secret_access_key: SECRET },
  }],
  [
    "blanks around keys, values and sections",
    ` [ default ] \n  aws_access_key_id =  id  \n\taws_secret_access_key\t=\t${SECRET}\t`,
    {
      default: { aws_access_key_id: "id", aws_secret_access_key: SECRET },
    },
  ],
  ["CRLF and old Mac line ends", `[default]\r\naws_access_key_id=id\r\naws_secret_access_key=${SECRET}\r`, {
    default: { aws_access_key_id: "id", aws_secret_access_key: SECRET },
  }],
  ["quotes", `[default]\naws_access_key_id="id"\naws_secret_access_key='${SECRET}'\nx="a'b"\ny='\nz="\n`, {
    default: { aws_access_key_id: "id", aws_secret_access_key: SECRET, x: "a'b", y: "'", z: '"' },
  }],
  [
    "several profiles, comments, empty lines, a byte order mark",
    `\ufeff# all\n[default]\n;a=b\na=1\n\n[profile other]\na=2\n["third"]\na=3\n[default]\nb=4`,
    {
      default: { a: "1", b: "4" },
      other: { a: "2" },
      third: { a: "3" },
    },
  ],
  ["what is no pair, and what stands before the first section", "a=1\n[default]\nno pair\n=x\nB=2", {
    default: { b: "2" },
  }],
  ["nothing", "", {}],
];
for (const [what, text, expected] of INI) {
  Deno.test(`credential files: ini: ${what} (openshift T13.10.22)`, () =>
    assertEquals(plain(text), expected));
}

// openshift T13.10.22
const ENV: [string, string, Record<string, string>][] = [
  ["plain", `AZURE_CLIENT_ID=id\nAZURE_CLIENT_SECRET=${SECRET}\n`, {
    AZURE_CLIENT_ID: "id",
    AZURE_CLIENT_SECRET: SECRET,
  }],
  [
    "blanks, CRLF, quotes, export, comments",
    `# x\r\nexport AZURE_CLIENT_ID = 'id' \r\n AZURE_CLIENT_SECRET="${SECRET}"\r\n`,
    {
      AZURE_CLIENT_ID: "id",
      AZURE_CLIENT_SECRET: SECRET,
    },
  ],
  ["an empty value", "AZURE_CLIENT_ID=\n", { AZURE_CLIENT_ID: "" }],
];
for (const [what, text, expected] of ENV) {
  Deno.test(`credential files: env: ${what} (openshift T13.10.22)`, () =>
    assertEquals(Object.fromEntries(parseEnv(text)), expected));
}
