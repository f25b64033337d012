// A real OpenID Connect provider for tests: node tests/support/provider.mjs PORT REDIRECT_URI. Whoever names themselves is signed in as that.
// Prints "ready" once it answers.
import { Provider } from "oidc-provider"

const [port, redirectUri] = process.argv.slice(2)
const issuer = `http://localhost:${port}`

const provider = new Provider(issuer, {
  clients: [
    { client_id: "songtor", client_secret: "secret-of-the-tests", redirect_uris: [redirectUri] },
    {
      client_id: "songtor-post", client_secret: "secret-of-the-tests", redirect_uris: [redirectUri],
      token_endpoint_auth_method: "client_secret_post",
    },
  ],
  pkce: { required: () => true },
  claims: { openid: ["sub"], pid: ["pid"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, pid: id }) }),
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ["cookies-of-the-tests"] },
  ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Grant: 600, Session: 600 },
})

const page = action => `<!doctype html><html lang="en"><title>Provider</title><link rel="icon" href="data:,">
<form method="post" action="${action}"><label>Name <input name="login"></label>
<button name="answer" value="yes">Sign in</button><button name="answer" value="no">Cancel</button></form>`

async function consented(details) {
  const grant = new provider.Grant({ accountId: details.session.accountId, clientId: details.params.client_id })
  grant.addOIDCScope(details.params.scope)
  return { consent: { grantId: await grant.save() } }
}

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next()
  const details = await provider.interactionDetails(ctx.req, ctx.res)
  if (details.prompt.name === "consent") {
    return provider.interactionFinished(ctx.req, ctx.res, await consented(details), { mergeWithLastSubmission: true })
  }
  if (ctx.method === "GET") {
    ctx.type = "html"
    ctx.body = page(ctx.path)
    return
  }
  let body = ""
  for await (const part of ctx.req) body += part
  const sent = new URLSearchParams(body)
  const result = sent.get("answer") === "no"
    ? { error: "access_denied", error_description: "<b>cancelled</b>" }
    : { login: { accountId: sent.get("login") } }
  return provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: false })
})

provider.listen(Number(port), "localhost", () => console.log("ready"))
