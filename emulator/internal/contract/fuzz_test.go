package contract

import (
	"bytes"
	"encoding/json"
	"testing"
)

// FuzzCheck: whatever JSON object comes to whatever operation, nothing panics, a violation says something, and the same
// body gets the same answer.
func FuzzCheck(f *testing.F) {
	seeds := []string{
		`{}`, `{"client_id":"a","secret":"b","public_token":"x"}`, `{"options":{"account_ids":[null,1,{}]}}`,
		`{"access_token":null,"account_id":[]}`, `{"initial_products":[[["x"]]],"institution_id":{}}`,
		`{"amount":1e999,"count":-0.0}`, `{"":{"":{"":{}}}}`, `{"transactions":[{"location":[]},null,5]}`,
		`{"user":{"address":{"street":"\u0000"}},"start_date":"9999-99-99"}`, `{"webhook":"http://[::1"}`,
	}
	paths := []string{"/item/public_token/exchange", "/accounts/get", "/transactions/enrich", "/link/token/create"}
	for i, op := range paths {
		for j := range Ops() {
			if Ops()[j].Path == op {
				f.Add(uint16(j), []byte(seeds[i]))
			}
		}
	}
	for i, s := range seeds {
		f.Add(uint16(i*37), []byte(s))
	}
	all := Ops()
	f.Fuzz(func(t *testing.T, index uint16, data []byte) {
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.UseNumber()
		var body map[string]any
		if dec.Decode(&body) != nil {
			return
		}
		op := all[int(index)%len(all)]
		v, again := op.Check(body), op.Check(body)
		if (v == nil) != (again == nil) {
			t.Fatal("two checks of one body differ")
		}
		if v != nil && (v.Message == "" || v.Row == "" || v.Kind == 0 || len(v.Fields) == 0 || v.Message != again.Message) {
			t.Fatalf("%+v, then %+v", v, again)
		}
		op.UnknownEnums(body)
		op.CheckReply(body)
	})
}
