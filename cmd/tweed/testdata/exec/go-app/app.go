// Package fundingapp is a small app as a user of Plaid and Sentinel would write it: it
// links a bank account, looks at its balance and makes a deposit.
package fundingapp

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// App is a funding app.
type App struct {
	PlaidURL, SentinelURL string
	ClientID, Username    string
	// Fault is a bug to have: "field" reads the account from the wrong place, "twice" makes
	// every deposit twice.
	Fault string
}

// VendorError is an error that Plaid or Sentinel answered.
type VendorError struct {
	Status int
	Code   string `json:"error_code"`
}

func (e *VendorError) Error() string { return fmt.Sprintf("%d %s", e.Status, e.Code) }

func post(url string, header map[string]string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 400 {
		failed := &VendorError{Status: resp.StatusCode}
		_ = json.Unmarshal(text, failed)
		return failed
	}
	if raw, ok := out.(*string); ok {
		*raw = string(text)
		return nil
	}
	return json.Unmarshal(text, out)
}

type fields map[string]any

func (a *App) plaid(path string, in fields, out any) error {
	in["client_id"], in["secret"] = a.ClientID, os.Getenv("PLAID_SECRET")
	return post(a.PlaidURL+path, nil, in, out)
}

// Account is a linked account.
type Account struct{ AccessToken, ID string }

// Link links a bank account. The Sandbox call does what a user does in Link.
func (a *App) Link() (account Account, err error) {
	var linked struct {
		PublicToken string `json:"public_token"`
	}
	err = a.plaid("/sandbox/public_token/create", fields{"institution_id": "ins_109508", "initial_products": []string{"auth"}}, &linked)
	if err != nil {
		return account, err
	}
	var item struct {
		AccessToken string `json:"access_token"`
	}
	if err := a.plaid("/item/public_token/exchange", fields{"public_token": linked.PublicToken}, &item); err != nil {
		return account, err
	}
	var got struct {
		Accounts []map[string]any `json:"accounts"`
	}
	if err := a.plaid("/accounts/get", fields{"access_token": item.AccessToken}, &got); err != nil {
		return account, err
	}
	name := "account_id"
	if a.Fault == "field" {
		name = "mask"
	}
	account.AccessToken = item.AccessToken
	account.ID, _ = got.Accounts[0][name].(string)
	return account, nil
}

// Balance reads the balance of an account. Where the Item needs a new login, it asks the
// user for one and tries once more.
func (a *App) Balance(account Account) (current float64, err error) {
	var got struct {
		Accounts []struct {
			Balances struct {
				Current float64 `json:"current"`
			} `json:"balances"`
		} `json:"accounts"`
	}
	in := fields{"access_token": account.AccessToken}
	err = a.plaid("/accounts/balance/get", in, &got)
	if vendor, ok := err.(*VendorError); ok && vendor.Code == "ITEM_LOGIN_REQUIRED" {
		update := fields{
			"access_token": account.AccessToken, "client_name": "Funding", "country_codes": []string{"US"},
			"language": "en", "user": fields{"client_user_id": "u-1"},
		}
		if err := a.plaid("/link/token/create", update, &struct{}{}); err != nil {
			return 0, err
		}
		err = a.plaid("/accounts/balance/get", in, &got)
	}
	if err != nil {
		return 0, err
	}
	return got.Accounts[0].Balances.Current, nil
}

// Deposit makes a deposit into an Apex account and returns its state.
func (a *App) Deposit(account Account, id, amount string) (state string, err error) {
	var token struct {
		ProcessorToken string `json:"processor_token"`
	}
	err = a.plaid("/processor/apex/processor_token/create", fields{"access_token": account.AccessToken, "account_id": account.ID}, &token)
	if err != nil {
		return "", err
	}
	jwt, err := a.login()
	if err != nil {
		return "", err
	}
	header := map[string]string{"Authorization": jwt}
	var relationship struct {
		ID string `json:"id"`
	}
	err = post(a.SentinelURL+"/sentinel/api/v1/ach_relationships", header, fields{
		"account": os.Getenv("APEX_ACCOUNT"), "nickname": "mine", "approvalMethod": "PLAID_TOKEN",
		"plaidProcessorToken": token.ProcessorToken,
	}, &relationship)
	if err != nil {
		return "", err
	}
	ids := []string{id}
	if a.Fault == "twice" {
		ids = append(ids, id+"-again")
	}
	var transfer struct {
		State string `json:"state"`
	}
	for _, id := range ids {
		err = post(a.SentinelURL+"/sentinel/api/v1/transfers/achs/incoming", header, fields{
			"externalTransferId": id, "amount": amount, "achRelationshipId": relationship.ID,
		}, &transfer)
		if err != nil {
			return "", err
		}
	}
	return transfer.State, nil
}

// login signs in at Legit.
func (a *App) login() (jwt string, err error) {
	payload, err := json.Marshal(fields{
		"username": a.Username, "entity": os.Getenv("APEX_ENTITY"), "datetime": time.Now().UTC().Format(time.RFC3339),
	})
	if err != nil {
		return "", err
	}
	signed := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS512"}`)) + "." + base64.RawURLEncoding.EncodeToString(payload)
	mac := hmac.New(sha512.New, []byte(os.Getenv("APEX_SHARED_SECRET")))
	mac.Write([]byte(signed))
	jws := signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	err = post(a.SentinelURL+"/legit/api/v1/cc/token", nil, fields{"jws": jws}, &jwt)
	return jwt, err
}
