package emulator_test

import (
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
	bodies := map[string]fields{
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
		"/webhook_verification_key/get":               {"key_id": "6c5516e1-92dc-479e-a8ff-5a51992e0001"},
	}
	replies := map[string]reply{"/link/token/create": link}
	tour{
		call: func(path string, body fields) reply {
			replies[path] = c.post(path, body)
			return replies[path]
		},
		advance: func(d time.Duration) { c.good(http.MethodPost, "clock", fields{"advance": d.String()}.json()) },
	}.walk()
	for path, body := range bodies {
		replies[path] = c.post(path, body)
	}
	return replies
}
