// Talks to the control API of the simulator.

export async function get(path) {
  const answer = await fetch(`/sim/api/${path}`, { cache: "no-store" });
  if (!answer.ok) throw new Error(await said(answer));
  return answer.json();
}

export async function post(path, body = {}) {
  const answer = await fetch(`/sim/api/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await said(answer));
  return answer.json();
}

async function said(answer) {
  try {
    return (await answer.json()).error;
  } catch {
    return `HTTP ${answer.status}`;
  }
}

export const person = (openid, tail) => `people/${encodeURIComponent(openid)}/${tail}`;
