'use strict';

// The steps that Plaid publishes for receivers of webhooks, with jose: the header of the JWT,
// whose alg must be ES256; the key of its kid; the signature and the age; the SHA-256 of the body.
// Arguments: Plaid's address, the header Plaid-Verification, the body in base64, and how many
// seconds later than now it is.

const {createHash, timingSafeEqual} = require('crypto');
const {decodeProtectedHeader, importJWK, jwtVerify} = require('jose');

const [base, token, body, late] = process.argv.slice(2);

async function main() {
  const {alg, kid} = decodeProtectedHeader(token);
  if (alg !== 'ES256') {
    throw new Error(`alg is ${alg}`);
  }
  const response = await fetch(`${base}/webhook_verification_key/get`, {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({client_id: 'client', secret: 'secret', key_id: kid}),
  });
  const {key} = await response.json();
  const {payload} = await jwtVerify(token, await importJWK(key, alg), {
    maxTokenAge: '5 min',
    currentDate: new Date(Date.now() + 1000 * late),
  });
  const sum = createHash('sha256').update(Buffer.from(body, 'base64')).digest('hex');
  if (!timingSafeEqual(Buffer.from(sum), Buffer.from(payload.request_body_sha256))) {
    throw new Error('the body is another one');
  }
  console.log('verified');
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
