package contract

import "testing"

// BenchmarkCheck measures the check of a body after the operation's first use.
func BenchmarkCheck(b *testing.B) {
	const id = "BxBXxLj1m4HMXBm9WZZmCWVbPjX16EHwv99vp"
	bodies := []struct{ name, path, body string }{
		{"exchange", "/item/public_token/exchange", `{"client_id":"a","secret":"b","public_token":"public-sandbox-1"}`},
		{"processor", "/processor/token/create", `{"client_id":"a","secret":"b","access_token":"access-sandbox-1",
			"account_id":"` + id + `","processor":"apex_clearing"}`},
		{"options", "/accounts/balance/get", `{"client_id":"a","secret":"b","access_token":"access-sandbox-1",
			"options":{"account_ids":["` + id + `"]}}`},
		{"link", "/link/token/create", `{"client_id":"a","secret":"b","client_name":"Tweed","language":"en",
			"country_codes":["US"],"user":{"client_user_id":"u"},"products":["auth"],"webhook":"https://example.com/hook"}`},
	}
	for _, bb := range bodies {
		op, _ := Find("POST", bb.path)
		body := decode(b, bb.body)
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if v := op.Check(body); v != nil {
					b.Fatal(v.Message)
				}
			}
		})
	}
}

// BenchmarkFirstUse measures the parsing of the largest requests.
func BenchmarkFirstUse(b *testing.B) {
	for _, path := range []string{"/item/public_token/exchange", "/link/token/create"} {
		op, _ := Find("POST", path)
		b.Run(path, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				load(op.request)
			}
		})
	}
}
