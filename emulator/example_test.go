package emulator_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// Example shows a test of a funding app: the app thinks that it talks to Plaid. A Go test
// begins with emu := emulator.RunT(t) instead of New, Start and Close.
func Example() {
	emu, err := emulator.New(emulator.Options{})
	if err == nil {
		err = emu.Start()
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	defer emu.Close() //nolint:errcheck // the example is over

	post := func(path string, body map[string]any) map[string]any {
		body["client_id"], body["secret"] = "app", "any" // "app@my-test" leads into the world my-test
		text, _ := json.Marshal(body)
		resp, err := http.Post(emu.PlaidURL()+path, "application/json", bytes.NewReader(text))
		if err != nil {
			return map[string]any{"error_message": err.Error()}
		}
		defer resp.Body.Close() //nolint:errcheck // it is read below
		reply := map[string]any{}
		_ = json.NewDecoder(resp.Body).Decode(&reply)
		return reply
	}

	// The user logs in at a bank, the app exchanges the public token.
	link := post("/sandbox/public_token/create", map[string]any{
		"institution_id": "ins_109508", "initial_products": []string{"auth"},
	})
	item := post("/item/public_token/exchange", map[string]any{"public_token": link["public_token"]})

	// Once, the bank wants a new login.
	w := emu.World("default")
	w.Rule(scenario.Rule{
		Call: "/accounts/balance/get", Times: 1, Then: scenario.Error("ITEM_LOGIN_REQUIRED"),
	})
	for range 2 {
		reply := post("/accounts/balance/get", map[string]any{"access_token": item["access_token"]})
		accounts, _ := reply["accounts"].([]any)
		fmt.Printf("%v, %d accounts\n", reply["error_code"], len(accounts))
	}

	// Public tokens live for half an hour of the world's time.
	late := post("/sandbox/public_token/create", map[string]any{
		"institution_id": "ins_109508", "initial_products": []string{"auth"},
	})
	w.Advance(48 * time.Hour)
	reply := post("/item/public_token/exchange", map[string]any{"public_token": late["public_token"]})
	fmt.Println(reply["error_code"], w.Now().Format(time.RFC3339))

	for _, call := range w.Calls()[2:] {
		fmt.Println(call.N, call.Path, call.Status)
	}

	// Output:
	// ITEM_LOGIN_REQUIRED, 0 accounts
	// <nil>, 14 accounts
	// INVALID_PUBLIC_TOKEN 2026-01-07T14:30:00Z
	// 3 /accounts/balance/get 400
	// 4 /accounts/balance/get 200
	// 5 /sandbox/public_token/create 200
	// 6 /item/public_token/exchange 400
}
