import { createHash, createHmac } from "node:crypto";

/** What a request was signed with, as far as the server knows. */
export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region: string;
}

/** A request as it arrived. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as they stood in the request line. */
  readonly target: string;
  /** By names in lower case. */
  readonly header: (name: string) => string | null;
}

/**
 * Says what is wrong with the signature of a request to S3 (AWS Signature Version 4, in a header); `undefined` when it is right. Written from the
 * description of the protocol, with none of the code that signs.
 */
export function faultInSignature(request: SignedRequest, keys: SigningKeys): string | undefined {
  const authorization = request.header("authorization") ?? "";
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/
      .exec(authorization);
  if (match === null) return "there is no signature of version 4";
  const [, id = "", day = "", region = "", names = "", signature = ""] = match;
  if (id !== keys.accessKeyId) return "the key is unknown";
  if (region !== keys.region) return `the region is ${region}`;
  const date = request.header("x-amz-date") ?? "";
  if (!date.startsWith(day) || !/^\d{8}T\d{6}Z$/.test(date)) return "the date is not that of the scope";
  if ((request.header("x-amz-security-token") ?? undefined) !== keys.sessionToken) {
    return "the session token is not right";
  }
  const signed = names.split(";");
  for (const name of ["host", "x-amz-content-sha256", "x-amz-date"]) {
    if (!signed.includes(name)) return `${name} is not signed`;
  }
  const [path = "", query = ""] = request.target.split("?");
  const canonical = [
    request.method,
    path,
    query.split("&").filter((pair) => pair !== "").map((pair) => pair.includes("=") ? pair : `${pair}=`)
      .sort().join("&"),
    ...signed.map((name) => `${name}:${(request.header(name) ?? "").trim().replaceAll(/ +/g, " ")}`),
    "",
    names,
    request.header("x-amz-content-sha256") ?? "",
  ].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", date, scope, createHash("sha256").update(canonical).digest("hex")].join(
    "\n",
  );
  const key = [day, region, "s3", "aws4_request"].reduce<string | Uint8Array>(
    (secret, part) => createHmac("sha256", secret).update(part).digest(),
    `AWS4${keys.secretAccessKey}`,
  );
  return createHmac("sha256", key).update(text).digest("hex") === signature
    ? undefined
    : "the signature is another one";
}
