# The curl lines of Plaid's guide "Link + Apex" (plaid.com/docs/link/apex-cb62307bf04c117278a4/, 2018), at Plaid's own
# addresses. The copies of the page that exist lack what continues and closes the lines, and a quote behind one
# "[Plaid Client ID]"; both are added here. Between them stands what a user does in Link, and behind them the exchange
# of 2015 to 2017, which the guide's text still names, at its address of then.

# Link
curl -X POST https://sandbox.plaid.com/sandbox/public_token/create \
-H 'Content-type: application/json' \
-d '{
  "client_id": "[Plaid Client ID]",
  "secret": "[Plaid secret]",
  "institution_id": "ins_109508",
  "initial_products": ["auth"]
}'

# Exchange token
curl -X POST https://sandbox.plaid.com/item/public_token/exchange \
-H 'Content-type: application/json' \
-d '{
  "client_id": "[Plaid Client ID]",
  "secret": "[Plaid secret]",
  "public_token": "[Public token]"
}'

# Accounts
curl -X POST https://sandbox.plaid.com/accounts/get \
-H 'Content-type: application/json' \
-d '{
  "client_id": "[Plaid Client ID]",
  "secret": "[Plaid secret]",
  "access_token": "[Access token]"
}'

# Create bank account token
curl -X POST https://sandbox.plaid.com/processor/apex/processor_token/create \
-H 'Content-type: application/json' \
-d '{
  "client_id": "[Plaid Client ID]",
  "secret": "[Plaid secret]",
  "access_token": "[Access token]",
  "account_id": "[Account ID]"
}'

# Another public token for the same Item
curl -X POST https://sandbox.plaid.com/item/public_token/create \
-H 'Content-type: application/json' \
-d '{
  "client_id": "[Plaid Client ID]",
  "secret": "[Plaid secret]",
  "access_token": "[Access token]"
}'

# Exchange token of old
curl -X POST https://tartan.plaid.com/exchange_token \
-d client_id="[Plaid Client ID]" \
-d secret="[Plaid secret]" \
-d public_token="[Public token]" \
-d account_id="[Account ID]"
