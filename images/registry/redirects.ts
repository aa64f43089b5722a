import { discard, type HttpAnswer, type HttpClient, type HttpRequest } from "../http.ts";
import { ImageStoreError } from "../store.ts";

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 5;

/** Sends, and follows redirects without credentials: they lead to storage, whose addresses have their own. */
export async function sendFollowing(
  send: HttpClient,
  what: string,
  request: HttpRequest,
): Promise<HttpAnswer> {
  let answer = await send(request);
  let { url } = request;
  for (let hop = 0; REDIRECTS.has(answer.status) && request.body === undefined; hop++) {
    const location = answer.header("location");
    await discard(answer);
    if (location === undefined || !URL.canParse(location, url) || hop === MOST_REDIRECTS) {
      throw new ImageStoreError(`${what}: a redirect that leads nowhere`, "refused");
    }
    url = new URL(location, url).href;
    const { authorization: _, ...headers } = request.headers ?? {};
    answer = await send({ ...request, url, headers });
  }
  return answer;
}
