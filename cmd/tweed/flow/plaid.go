package flow

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
)

// Account is one account of the Item, as /accounts/get describes it.
type Account struct {
	ID      string `json:"account_id"`
	Mask    string `json:"mask"`
	Name    string `json:"name"`
	Type    string `json:"type"`
	Subtype string `json:"subtype"`
}

// plaid calls Plaid and reads the answer into reply. The credentials go into the body, as in the guide.
func (c *Client) plaid(ctx context.Context, rec *Step, k call, body map[string]any, check func([]byte) error) error {
	body["client_id"], body["secret"] = c.cfg.Plaid.ClientID, string(c.cfg.Plaid.Secret)
	k.service, k.method, k.decode = servicePlaid, "POST", check
	k.body = func() ([]byte, error) { return json.Marshal(body) }
	return c.do(ctx, rec, &k)
}

// token returns a decode function that takes a token from a field of the answer. It refuses a token that is not of
// the sandbox: the run must stop before it does anything with it.
func token(field string, into *string) func([]byte) error {
	return func(data []byte) error {
		var b map[string]json.RawMessage
		if err := json.Unmarshal(data, &b); err != nil {
			return err
		}
		var text string
		if err := json.Unmarshal(b[field], &text); err != nil || text == "" {
			return incomplete("the answer has no " + field)
		}
		*into = text
		return nil
	}
}

// linkToken makes a Link token (plaid.com/docs/api/link). Link in a browser would take it; the sandbox call of the
// next step stands in for the browser, so the token is only shown.
func (c *Client) linkToken(ctx context.Context, rec *Step) error {
	body := map[string]any{
		"client_name":   "Tweed flow",
		"language":      "en",
		"country_codes": []string{"US"},
		"products":      c.cfg.Products,
		"user":          map[string]any{"client_user_id": c.cfg.ClientUserID},
	}
	if c.cfg.Webhook != "" {
		body["webhook"] = c.cfg.Webhook
	}
	var t string
	err := c.plaid(ctx, rec, call{path: "/link/token/create", freely: true}, body, token("link_token", &t))
	if err != nil {
		return err
	}
	c.state.LinkToken = t
	rec.add("link_token", KindToken, t)
	return refuseLive(t)
}

// publicToken makes a public token without a browser (plaid.com/docs/api/sandbox). Sandbox only.
func (c *Client) publicToken(ctx context.Context, rec *Step) error {
	options := map[string]any{"override_username": c.cfg.User, "override_password": c.cfg.Password}
	if c.cfg.Webhook != "" {
		options["webhook"] = c.cfg.Webhook
	}
	body := map[string]any{
		"institution_id":   c.cfg.Institution,
		"initial_products": c.cfg.Products,
		"options":          options,
	}
	var t string
	err := c.plaid(ctx, rec, call{path: "/sandbox/public_token/create", freely: true}, body, token("public_token", &t))
	if err != nil {
		return err
	}
	c.state.PublicToken = t
	rec.add("public_token", KindToken, t)
	rec.add("institution", KindText, c.cfg.Institution)
	rec.add("user", KindText, c.cfg.User)
	return refuseLive(t)
}

// exchange trades the public token, which works once and for 30 minutes, for the Item's access token. It is never
// repeated after it may have reached Plaid: running the step again then begins with a new public token.
func (c *Client) exchange(ctx context.Context, rec *Step) error {
	var reply struct {
		AccessToken string `json:"access_token"`
		ItemID      string `json:"item_id"`
	}
	k := call{
		path:   "/item/public_token/exchange",
		advice: "a public token can be exchanged once, so get a new one from Link",
	}
	err := c.plaid(ctx, rec, k, map[string]any{"public_token": c.state.PublicToken}, func(data []byte) error {
		if err := token("access_token", &reply.AccessToken)(data); err != nil {
			return err
		}
		return json.Unmarshal(data, &reply)
	})
	if err != nil {
		var unsure *UnsureError
		c.done[StepPublicToken] = !errors.As(err, &unsure)
		return err
	}
	c.state.AccessToken, c.state.ItemID = reply.AccessToken, reply.ItemID
	rec.add("access_token", KindToken, reply.AccessToken)
	rec.add("item_id", KindID, reply.ItemID)
	return refuseLive(reply.AccessToken)
}

// accounts asks for the Item's accounts and chooses one. In the guide Link hands the account_id over; the sandbox
// call of public_token does not, so the client must ask.
func (c *Client) accounts(ctx context.Context, rec *Step) error {
	var reply struct {
		Accounts []Account `json:"accounts"`
	}
	k := call{path: "/accounts/get", freely: true}
	err := c.plaid(ctx, rec, k, map[string]any{"access_token": c.state.AccessToken}, func(data []byte) error {
		return json.Unmarshal(data, &reply)
	})
	if err != nil {
		return err
	}
	a, err := choose(reply.Accounts, c.cfg.AccountMask, c.cfg.AccountName)
	if err != nil {
		return err
	}
	c.state.Account = a
	rec.add("account_id", KindID, a.ID)
	rec.add("mask", KindText, oneLine(a.Mask))
	rec.add("name", KindText, oneLine(a.Name))
	rec.add("type", KindText, oneLine(a.Type+"/"+a.Subtype))
	return nil
}

// choose picks the account with the mask and name wanted, or the first checking account when neither is given. Two
// accounts that fit are an error: money must not go by the order of a list.
func choose(all []Account, mask, name string) (Account, error) {
	if mask == "" && name == "" {
		for _, a := range all {
			if a.ID != "" && a.Type == "depository" && a.Subtype == "checking" {
				return a, nil
			}
		}
		return Account{}, &AccountError{Wanted: "depository/checking account", Accounts: all}
	}
	var fit []Account
	for _, a := range all {
		if a.ID != "" && (mask == "" || a.Mask == mask) && (name == "" || strings.EqualFold(a.Name, name)) {
			fit = append(fit, a)
		}
	}
	if len(fit) != 1 {
		wanted := strings.TrimSpace("account " + quoted("mask", mask) + quoted("name", name))
		return Account{}, &AccountError{Wanted: wanted, Accounts: all}
	}
	return fit[0], nil
}

func quoted(what, value string) string {
	if value == "" {
		return ""
	}
	return "with " + what + " " + oneLine(value) + " "
}

// processorToken makes the token that lets Apex see the account: by the guide's own endpoint, or by today's
// /processor/token/create when Config.Processor names a processor (plaid.com/docs/api/processors).
func (c *Client) processorToken(ctx context.Context, rec *Step) error {
	body := map[string]any{"access_token": c.state.AccessToken, "account_id": c.state.Account.ID}
	k := call{path: "/processor/apex/processor_token/create", freely: true}
	if c.cfg.Processor != "" {
		k.path = "/processor/token/create"
		body["processor"] = c.cfg.Processor
	}
	var t string
	if err := c.plaid(ctx, rec, k, body, token("processor_token", &t)); err != nil {
		return err
	}
	c.state.ProcessorToken = t
	rec.add("processor_token", KindToken, t)
	return refuseLive(t)
}
