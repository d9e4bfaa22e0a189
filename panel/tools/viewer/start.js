// SPDX-License-Identifier: Apache-2.0
/* global window, fetch */
// Shows the description; who is signed in to the panel can try it out.
let token;

async function session() {
  const response = await fetch("/api/v1/session");
  return response.ok ? ((await response.json()).csrf_token ?? "") : "";
}

window.SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#viewer",
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  filter: true,
  validatorUrl: null,
  requestInterceptor: async (request) => {
    if (request.loadSpec || /^(GET|HEAD)$/i.test(request.method ?? "GET")) return request;
    token ??= await session();
    if (token) request.headers["X-CSRF-Token"] = token;
    return request;
  },
});
