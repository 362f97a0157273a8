// Watches an auction with the graphql-ws package: node watch_auction.mjs ws://HOST/graphql CODE [AFTER]; an event a line.
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const [url, code, after = null] = process.argv.slice(2);
const query = `subscription ($c: String!, $a: ID) { auctionEvents(projectCode: $c, after: $a) { id kind turn at made { alias amount } } }`;
const client = createClient({ url, webSocketImpl: WebSocket, lazy: false });
for await (const result of client.iterate({ query, variables: { c: code, a: after } })) {
  if (result.errors) { console.error(JSON.stringify(result.errors)); process.exit(1); }
  console.log(JSON.stringify(result.data.auctionEvents));
}
await client.dispose();
