import type { Time } from "../../../cluster/live/time.ts";
import { textOf } from "../../http.ts";
import { retry } from "../../retry.ts";
import type { ObjectOptions, UnfinishedUpload } from "../object_storage.ts";
import type { Service } from "../service.ts";
import { elements, textIn, urlDecoded } from "../xml.ts";

/** Where uploads are looked for. */
export interface UnfinishedOptions extends ObjectOptions {
  /** Of the bucket, without a slash at the end. */
  readonly url: string;
  readonly prefix: string;
  readonly time: Time;
}

/** The uploads in parts below a prefix that were begun and neither completed nor aborted, page by page. */
export async function* unfinishedUploads(
  service: Service,
  { url, prefix, time, signal }: UnfinishedOptions,
): AsyncGenerator<readonly UnfinishedUpload[]> {
  let markers: Record<string, string> | undefined = {};
  while (markers !== undefined) {
    const query: URLSearchParams = new URLSearchParams({
      uploads: "",
      prefix,
      "encoding-type": "url",
      ...markers,
    });
    const what = `list unfinished uploads of /${prefix}`;
    const xml: string = await retry(async () => {
      return await textOf(await service({ method: "GET", url: `${url}/?${query}`, signal, what }), 16 << 20);
    }, { time, signal });
    yield elements(xml, "Upload").map((entry) => ({
      key: urlDecoded(xml, textIn(entry, "Key") ?? ""),
      id: textIn(entry, "UploadId") ?? "",
      begun: new Date(textIn(entry, "Initiated") ?? 0),
    }));
    const [key, id] = [textIn(xml, "NextKeyMarker") ?? "", textIn(xml, "NextUploadIdMarker") ?? ""];
    const more = textIn(xml, "IsTruncated") === "true" && key !== "";
    markers = more ? { "key-marker": urlDecoded(xml, key), "upload-id-marker": id } : undefined;
  }
}
