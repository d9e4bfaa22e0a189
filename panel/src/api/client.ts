// SPDX-License-Identifier: Apache-2.0
/**
 * The typed client: `api.GET/POST/…` for calls, `$api.useQuery/useMutation/…` for components. Both
 * know every path of the OpenAPI file. A refusal is thrown as a Problem by $api and by `must`.
 */
import createClient, { type Middleware } from "openapi-fetch";
import createHooks from "openapi-react-query";
import type { components, paths } from "./openapi";
import { type Problem, isProblem } from "./problem";

export type Schemas = components["schemas"];

let csrfToken = "";
let onSignedOut = () => {};

export function setCsrfToken(token: string) {
  csrfToken = token;
}

/** Called when the server no longer knows who asks. */
export function setOnSignedOut(call: () => void) {
  onSignedOut = call;
}

function plainProblem(response: Response, detail: string): Problem {
  const { status, statusText } = response;
  return { type: "about:blank", title: statusText, status, code: "unexpected", detail };
}

const house: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET" && request.method !== "HEAD")
      request.headers.set("X-CSRF-Token", csrfToken);
    return request;
  },
  async onResponse({ request, response }) {
    if (response.ok) return undefined;
    const isSession = new URL(request.url).pathname === "/api/v1/session";
    if (response.status === 401 && !isSession) onSignedOut();
    const text = await response.text();
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      body = undefined; // not from our API: a proxy's page, say
    }
    const problem = isProblem(body) ? body : plainProblem(response, text.slice(0, 200));
    return new Response(JSON.stringify(problem), {
      status: response.status,
      headers: { "Content-Type": "application/problem+json" },
    });
  },
};

export const api = createClient<paths>({
  baseUrl: "/",
  credentials: "same-origin",
  // state=sent,delivered
  querySerializer: { array: { style: "form", explode: false } },
});
api.use(house);
export const $api = createHooks(api);

/** The body of an answer, or its problem thrown. */
export async function must<T>(answer: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await answer;
  if (error !== undefined) throw error;
  return data as T;
}

/** A page of a list at any path, for tables that are told their path. */
export async function getList<T>(
  path: string,
  query: Record<string, string | string[] | undefined>,
  signal?: AbortSignal,
): Promise<{ items: T[]; next: string | null }> {
  // The path is a string here on purpose: what a table shows is typed by its columns.
  const get = api.GET as (
    path: string,
    init: unknown,
  ) => Promise<{ data?: unknown; error?: unknown }>;
  return (await must(get(path, { params: { query }, signal }))) as {
    items: T[];
    next: string | null;
  };
}

export function withQuery(path: string, query: Record<string, string | string[] | undefined>) {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value.length > 0) pairs.set(name, String(value));
  const text = pairs.toString();
  return text ? `${path}?${text}` : path;
}
