// Requests to the server of the page.

/** Post an object as JSON; return the response. */
export function postJson(url, body) {
  const headers = { "Content-Type": "application/json" };
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
}
