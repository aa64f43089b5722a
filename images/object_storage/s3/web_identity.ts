import { type HttpClient, textOf } from "../../http.ts";
import { ImageStoreError } from "../../store.ts";
import { type Credential, credentialReason } from "../renewed.ts";
import { textIn } from "../xml.ts";
import type { AwsKeys } from "./s3.ts";

/** Who wants which role. */
export interface RoleRequest {
  /** Its ARN. */
  readonly role: string;
  readonly session: string;
  /** The token of the service account. */
  readonly token: string;
  /** The URL of AWS's token service. */
  readonly url: string;
  readonly http: HttpClient;
}

/** Keys of a role for an hour, got with the token of a service account (AssumeRoleWithWebIdentity). */
export async function assumeRole(request: RoleRequest): Promise<Credential<AwsKeys>> {
  const { role, session, token, url, http } = request;
  const query = new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: role,
    RoleSessionName: session,
    WebIdentityToken: token,
  });
  const answer = await http({
    method: "POST",
    url: `${url}/`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new TextEncoder().encode(query.toString()),
  });
  const text = await textOf(answer);
  const value = (name: string) => textIn(text, name) ?? "";
  if (answer.status !== 200) {
    throw new ImageStoreError(
      `${new URL(url).host}: cannot assume role ${role}: status ${answer.status}, ${value("Code")}`,
      credentialReason(answer.status),
    );
  }
  const keys = {
    accessKeyId: value("AccessKeyId"),
    secretAccessKey: value("SecretAccessKey"),
    sessionToken: value("SessionToken"),
  };
  if (Object.values(keys).includes("")) {
    throw new ImageStoreError(
      `${new URL(url).host}: the answer for role ${role} has no credentials`,
      "denied",
    );
  }
  const end = Date.parse(value("Expiration"));
  return { value: keys, ...(Number.isNaN(end) ? {} : { lifetime: end - Date.now() }) };
}
