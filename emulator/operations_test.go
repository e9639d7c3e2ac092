package emulator_test

import (
	"maps"
	"net/http"
	"time"
)

// accessToken makes an Item and returns its access token.
func (c *client) accessToken() string {
	c.t.Helper()
	return c.link().access
}

// everyPlaidReply calls every Plaid operation that behaves, once and well, and returns the
// replies by path.
func everyPlaidReply(c *client) map[string]reply {
	c.t.Helper()
	made := c.link()
	processor := c.processorToken(made)
	token, account := made.access, made.accounts[0]
	link := c.ok("/link/token/create", fields{
		"client_name": "<Tweed & Co>", "country_codes": []string{"US"}, "language": "en", "products": []string{"auth"},
		"user": fields{"client_user_id": "u-1"}, "hosted_link": fields{},
	})
	history := c.dynamicToken()
	partner := c.ok("/processor/token/create", fields{
		"access_token": history, "account_id": accountIDs(c.ok("/accounts/get", fields{"access_token": history}))[0],
		"processor": "dwolla",
	}).text("processor_token")
	bank, deposits := c.atOAuthBank(), c.awaitingDeposits()
	bodies := map[string]fields{
		"/sandbox/oauth/select_accounts":              {"oauth_state_id": bank.state, "accounts": []string{bank.account}},
		"/sandbox/item/set_verification_status":       {"access_token": deposits.access, "account_id": deposits.accounts[0], "verification_status": "automatically_verified"},
		"/sandbox/public_token/create":                {"institution_id": platypus, "initial_products": []string{"auth"}},
		"/sandbox/processor_token/create":             {"institution_id": platypus},
		"/item/public_token/create":                   {"access_token": token},
		"/item/public_token/exchange":                 {"public_token": c.publicToken()},
		"/item/get":                                   {"access_token": token},
		"/accounts/get":                               {"access_token": token},
		"/accounts/balance/get":                       {"access_token": token},
		"/auth/get":                                   {"access_token": token},
		"/identity/get":                               {"access_token": token},
		"/link/token/get":                             {"link_token": link.text("link_token")},
		"/processor/token/create":                     {"access_token": token, "account_id": account, "processor": "dwolla"},
		"/processor/apex/processor_token/create":      {"access_token": token, "account_id": account},
		"/item/processor_token/apex/create":           {"access_token": token, "account_id": account},
		"/processor/stripe/bank_account_token/create": {"access_token": token, "account_id": account},
		"/processor/account/get":                      {"processor_token": processor},
		"/processor/auth/get":                         {"processor_token": processor},
		"/processor/balance/get":                      {"processor_token": processor},
		"/processor/identity/get":                     {"processor_token": processor},
		"/processor/token/permissions/set":            {"processor_token": processor, "products": []string{}},
		"/processor/token/permissions/get":            {"processor_token": processor},
		"/processor/token/webhook/update":             {"processor_token": processor, "webhook": "https://example.com/hook"},
		"/sandbox/item/reset_login":                   {"access_token": c.accessToken()},
		"/item/remove":                                {"access_token": c.accessToken()},
		"/item/access_token/invalidate":               {"access_token": c.accessToken()},
		"/institutions/get":                           {"count": 1, "offset": 0, "country_codes": []string{"US"}},
		"/institutions/get_by_id":                     {"institution_id": platypus, "country_codes": []string{"US"}},
		"/institutions/search":                        {"query": "bank", "country_codes": []string{"US"}},
		"/item/webhook/update":                        {"access_token": token, "webhook": "https://example.com/hook"},
		"/item/import":                                {"products": []string{"auth"}, "user_auth": fields{"user_id": "user_good", "auth_token": "pass_good"}},
		"/transactions/get":                           {"access_token": history, "start_date": "2025-12-01", "end_date": "2025-12-31"},
		"/transactions/sync":                          {"access_token": history},
		"/transactions/refresh":                       {"access_token": history},
		"/transactions/recurring/get":                 {"access_token": history},
		"/processor/transactions/get":                 {"processor_token": partner, "start_date": "2025-12-01", "end_date": "2025-12-31"},
		"/processor/transactions/sync":                {"processor_token": partner},
		"/processor/transactions/refresh":             {"processor_token": partner},
		"/processor/transactions/recurring/get":       {"processor_token": partner},
		"/sandbox/item/fire_webhook":                  {"access_token": history, "webhook_code": "DEFAULT_UPDATE"},
		"/sandbox/transactions/create": {"access_token": history, "transactions": []fields{{
			"amount": 1, "date_posted": "2026-01-05", "date_transacted": "2026-01-05", "description": "d",
		}}},
		"/webhook_verification_key/get": {"key_id": "6c5516e1-92dc-479e-a8ff-5a51992e0001"},
	}
	replies := map[string]reply{"/link/token/create": link}
	tour{
		call: func(path string, body fields) reply {
			replies[path] = c.post(path, body)
			return replies[path]
		},
		advance: func(d time.Duration) { c.good(http.MethodPost, "clock", fields{"advance": d.String()}.json()) },
	}.walk()
	maps.Copy(bodies, fires(made.id))
	for path, body := range bodies {
		replies[path] = c.post(path, body)
	}
	return replies
}

// dynamicToken links an Item whose transactions can be made and refreshed, with a webhook.
func (c *client) dynamicToken() string {
	c.t.Helper()
	public := c.ok("/sandbox/public_token/create", fields{
		"institution_id": platypus, "initial_products": []string{"transactions"}, "options": fields{
			"override_username": "user_transactions_dynamic", "override_password": "x", "webhook": "https://example.com/hook",
		},
	}).text("public_token")
	return c.ok("/item/public_token/exchange", fields{"public_token": public}).text("access_token")
}
