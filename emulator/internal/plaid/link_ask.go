package plaid

import (
	"encoding/json"
	"slices"
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

// linkAsk is what an app wants of Link: by a link token, or by the older public_key form.
type linkAsk struct {
	Client     string       `json:"client,omitempty"`      // client_id that will own the Item; "" for any
	ClientUser string       `json:"client_user,omitempty"` // client_user_id
	ClientName string       `json:"client_name"`
	Language   string       `json:"language"`
	Countries  []string     `json:"countries"`
	Products   []string     `json:"products"`
	Webhook    string       `json:"webhook,omitempty"`
	Filters    linkFilters  `json:"filters,omitempty"`
	Single     bool         `json:"single,omitempty"` // one account only
	Legacy     bool         `json:"legacy,omitempty"` // the public_key form
	NoSelect   bool         `json:"no_select,omitempty"`
	Item       string       `json:"item,omitempty"` // that is updated
	AddAccount bool         `json:"add_account,omitempty"`
	Manual     linkManual   `json:"manual,omitzero"`
	Redirect   string       `json:"redirect,omitempty"` // redirect_uri
	Nonce      string       `json:"nonce,omitempty"`
	Hosted     bool         `json:"hosted,omitempty"`
	Completion string       `json:"completion,omitempty"` // completion_redirect_uri
	History    historyRange `json:"history,omitzero"`
}

// linkFilters are the subtypes that a link token admits, by type; without any, all.
type linkFilters map[string][]string

// linkManual are the ways in which a user may enter account numbers.
type linkManual struct {
	SameDay   bool `json:"same_day,omitempty"`
	Instant   bool `json:"instant,omitempty"`
	Automated bool `json:"automated,omitempty"`
}

// linkTokenAsk is the part of a /link/token/create that Link reads later.
type linkTokenAsk struct {
	AccountFilters map[string]struct {
		Subtypes []string `json:"account_subtypes"`
	} `json:"account_filters"`
	Auth struct {
		SameDay   bool `json:"same_day_microdeposits_enabled"`
		Instant   bool `json:"instant_microdeposits_enabled"`
		Automated bool `json:"automated_microdeposits_enabled"`
	} `json:"auth"`
	Customization string `json:"link_customization_name"`
	HostedLink    *struct {
		Completion string `json:"completion_redirect_uri"`
	} `json:"hosted_link"`
	Transactions historyRange `json:"transactions"`
	Update       struct {
		AccountSelection bool `json:"account_selection_enabled"`
	} `json:"update"`
}

// askOfToken reads what a link token was made for. More than one account can be chosen, as
// at Plaid; the Dashboard's "Account Select: enabled for one account" is here a
// link_customization_name in which the word single occurs (assumed), and transfers and
// payments are of one account (documented).
func askOfToken(row linkToken) linkAsk {
	var more linkTokenAsk
	_ = json.Unmarshal(row.Request, &more) // the contract has checked its form
	ask := linkAsk{
		Client: row.Client, ClientUser: row.User, ClientName: textOr(row.Metadata.ClientName, ""),
		Language: row.Metadata.Language, Countries: row.Metadata.CountryCodes, Products: row.Metadata.InitialProducts,
		Webhook: textOr(row.Metadata.Webhook, ""), Redirect: textOr(row.Metadata.RedirectURI, ""), Item: row.Item,
		Filters: linkFilters{}, History: more.Transactions, AddAccount: more.Update.AccountSelection,
		Manual: linkManual(more.Auth),
	}
	for kind, filter := range more.AccountFilters {
		ask.Filters[kind] = filter.Subtypes
	}
	ask.Single = strings.Contains(strings.ToLower(more.Customization), "single") ||
		slices.Contains(ask.Products, "transfer") || slices.Contains(ask.Products, "payment_initiation")
	if more.HostedLink != nil {
		ask.Hosted, ask.Completion = true, more.HostedLink.Completion
	}
	return ask
}

// askOfKey reads the public_key form. With selectAccount the user picks one account; without
// it Link does not ask and the Item has all (plaid.com/docs, the Apex and Stripe pages).
func (r linkOpenRequest) askOfKey(w *world.World) (linkAsk, *catalogue.Error) {
	name, _ := api.SplitClient(r.Key)
	pinned := settingsOf(w).Credentials
	known := func(keys Credentials) bool { return fits(keys.PublicKey, name) }
	if len(pinned) > 0 && !slices.ContainsFunc(pinned, known) {
		return linkAsk{}, errAPIKeys.New()
	}
	ask := linkAsk{
		ClientName: r.ClientName, Language: r.Language, Countries: r.CountryCodes, Products: sorted(slices.Clone(r.Product)),
		Webhook: r.Webhook, Single: true, Legacy: true, NoSelect: !r.SelectAccount, Redirect: r.OAuthRedirectURI,
		Nonce: r.OAuthNonce, Filters: r.AccountSubtypes,
	}
	if len(ask.Countries) == 0 {
		ask.Countries = []string{"US"} // documented as the default
	}
	if ask.Language == "" {
		ask.Language = "en"
	}
	if r.Token == "" {
		return ask, nil
	}
	row, ok := publicTokens.Get(w, r.Token)
	if !ok || !w.Now().Before(row.Expires) {
		return ask, errPublicToken.Variant("unknown")
	}
	ask.Item = row.Item
	return ask, nil
}
