import { discard, type HttpClient } from "../../http.ts";
import type { ObjectOptions } from "../object_storage.ts";
import { encodedKey } from "../encoded_key.ts";

/** The URL of a service of AWS in a region. */
export function awsEndpoint(service: "s3" | "sts", region: string): string {
  return `https://${service}.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}

// One region of each partition; S3 tells the right one, also to a stranger.
const HINTS = ["us-east-1", "cn-north-1", "us-gov-west-1"];

/** The region of a bucket (openshift T13.10.14, T13.10.21). */
export async function lookUpRegion(
  bucket: string,
  { http, endpointOf, signal }: ObjectOptions & { http: HttpClient; endpointOf: typeof awsEndpoint },
): Promise<string> {
  let cause: unknown;
  for (const hint of HINTS) {
    try {
      const url = `${endpointOf("s3", hint)}/${encodedKey(bucket)}`;
      const answer = await http({ method: "HEAD", url, signal });
      await discard(answer);
      const region = answer.header("x-amz-bucket-region") ?? "";
      // A partition that does not know the bucket names its own region.
      if (region !== "" && answer.status !== 404) return region;
    } catch (error) {
      signal?.throwIfAborted();
      cause = error;
    }
  }
  throw new Error("failed to get bucket region: unable to determine bucket's region", { cause });
}
