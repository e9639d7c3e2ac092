package fundingapp

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
)

// newApp makes the app in a world of its own, "" for the common one. APP_FAULT gives it a
// bug; "offline" makes it talk to a fake of its own, whatever the environment says.
func newApp(t *testing.T, world string) *App {
	t.Helper()
	app := &App{
		PlaidURL: os.Getenv("PLAID_BASE_URL"), SentinelURL: os.Getenv("SENTINEL_BASE_URL"),
		ClientID: os.Getenv("PLAID_CLIENT_ID") + world, Username: os.Getenv("APEX_USERNAME") + world,
		Fault: os.Getenv("APP_FAULT"),
	}
	if app.Fault == "offline" {
		fake := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"accounts": [{"account_id": "a", "balances": {"current": 110}}], "state": "PENDING"}`)
		}))
		t.Cleanup(fake.Close)
		app.PlaidURL, app.SentinelURL = fake.URL, fake.URL
	}
	return app
}

func TestDeposit(t *testing.T) {
	app := newApp(t, "")
	account, err := app.Link()
	if err != nil {
		t.Fatal("link:", err)
	}
	if _, err := app.Balance(account); err != nil {
		t.Fatal("balance:", err)
	}
	state, err := app.Deposit(account, "d-1", "25.00")
	if err != nil {
		t.Fatal("deposit:", err)
	}
	if state != "PENDING" {
		t.Errorf("the deposit is %s, wanted PENDING", state)
	}
}

func TestBalance(t *testing.T) {
	t.Parallel()
	app := newApp(t, "@"+t.Name())
	account, err := app.Link()
	if err != nil {
		t.Fatal("link:", err)
	}
	current, err := app.Balance(account)
	if err != nil {
		t.Fatal("balance:", err)
	}
	if current != 110 {
		t.Errorf("the balance is %v, wanted 110", current)
	}
}
