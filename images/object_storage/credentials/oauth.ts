import { type HttpClient, textOf } from "../../http.ts";
import { ImageStoreError } from "../../store.ts";
import { objectIn } from "../../json_text.ts";
import { stringAt } from "../../../objects/object.ts";
import { type Credential, credentialReason } from "../renewed.ts";

/** A request for an access token. */
export interface TokenRequest {
  readonly http: HttpClient;
  readonly url: string;
  /** Sent as a form; it holds secrets. */
  readonly form: Readonly<Record<string, string>>;
  /** Who asks, for messages: `client 1234`. */
  readonly who: string;
}

/** An access token of an OAuth service. Neither what was sent nor what comes back is in an error, but for the service's word for it. */
export async function accessToken({ http, url, form, who }: TokenRequest): Promise<Credential<string>> {
  const answer = await http({
    method: "POST",
    url,
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: new TextEncoder().encode(new URLSearchParams(form).toString()),
  });
  const body = objectIn(await textOf(answer)) ?? {};
  const value = stringAt(body, "access_token") ?? "";
  const { host } = new URL(url);
  if (answer.status === 200 && value !== "") {
    const seconds = Number(body.expires_in);
    return { value, ...(seconds > 0 ? { lifetime: seconds * 1000 } : {}) };
  }
  // Microsoft's description begins with a code that says more than the word.
  const [code = ""] = /^AADSTS\d+/.exec(stringAt(body, "error_description") ?? "") ?? [];
  const word = /^[\w.-]{1,100}$/.exec(stringAt(body, "error") ?? "")?.[0] ?? "";
  const said = [`status ${answer.status}`, word, code].filter((part) => part !== "").join(", ");
  throw new ImageStoreError(`${host} gives ${who} no access token: ${said}`, credentialReason(answer.status));
}
