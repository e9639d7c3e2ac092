package plaid

import (
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// linkToken is a link token with what it was asked for.
type linkToken struct {
	Client   string          `json:"client"`
	User     string          `json:"user"` // client_user_id
	Item     string          `json:"item,omitempty"`
	Created  time.Time       `json:"created"`
	Expires  time.Time       `json:"expires"`
	Metadata linkMetadata    `json:"metadata"`
	Request  json.RawMessage `json:"request"` // without credentials
}

var linkTokens = world.NewTable[linkToken]("plaid.link_token", 1)

// Lives of link tokens: 4 hours, and 30 minutes in update mode and with hosted Link
// (observed; OpenAPI file).
const (
	linkTokenLife      = 4 * time.Hour
	linkTokenShortLife = 30 * time.Minute
)

type linkTokenCreateRequest struct {
	AccessToken    string          `json:"access_token"`
	AccountFilters json.RawMessage `json:"account_filters"`
	ClientName     *string         `json:"client_name"`
	CountryCodes   []string        `json:"country_codes"`
	HostedLink     *struct {
		LifetimeSeconds *json.Number `json:"url_lifetime_seconds"`
	} `json:"hosted_link"`
	InstitutionData json.RawMessage `json:"institution_data"`
	Language        string          `json:"language"`
	Products        []string        `json:"products"`
	RedirectURI     *string         `json:"redirect_uri"`
	User            struct {
		ClientUserID string `json:"client_user_id"`
	} `json:"user"`
	Webhook *string `json:"webhook"`
}

type linkTokenCreateResponse struct {
	Expiration    string `json:"expiration"`
	HostedLinkURL string `json:"hosted_link_url,omitempty"`
	LinkToken     string `json:"link_token"`
	RequestID     string `json:"request_id"`
}

// linkTokenCreate makes a link token. In update mode (with an access_token) the Item may
// be in any state. Errors, in order of checking: those of itemOf if there is an
// access_token, else INVALID_FIELD without products; INVALID_FIELD for a redirect_uri or a
// lifetime that cannot be.
func linkTokenCreate(c *api.Call, req linkTokenCreateRequest) (linkTokenCreateResponse, error) {
	row := linkToken{Client: c.Client.ID, User: req.User.ClientUserID, Created: c.Now, Expires: c.Now.Add(linkTokenLife)}
	if req.AccessToken != "" {
		item, err := itemOf(c, req.AccessToken)
		if err != nil {
			return linkTokenCreateResponse{}, err
		}
		row.Item, row.Expires = item.ID, c.Now.Add(linkTokenShortLife)
	} else if len(req.Products) == 0 {
		return linkTokenCreateResponse{}, errInvalidField.Text(
			"products must be a list of strings containing at least one product") // assumed
	}
	if !redirectable(c.World, textOr(req.RedirectURI, "")) {
		return linkTokenCreateResponse{}, errInvalidField.Variant("redirect_uri")
	}
	row.Metadata = linkMetadata{
		AccountFilters: unlessNull(req.AccountFilters), ClientName: req.ClientName, CountryCodes: req.CountryCodes,
		InitialProducts: orEmpty(req.Products), InstitutionData: unlessNull(req.InstitutionData), Language: req.Language,
		RedirectURI: req.RedirectURI, Webhook: req.Webhook,
	}
	row.Request = withoutCredentials(c.Body.Fields)
	token := newToken(c.World, "link")
	out := linkTokenCreateResponse{LinkToken: token, RequestID: c.RequestID}
	if req.HostedLink != nil {
		life, err := hostedLife(req.HostedLink.LifetimeSeconds)
		if err != nil {
			return linkTokenCreateResponse{}, err
		}
		row.Expires = c.Now.Add(life)
		out.HostedLinkURL = c.BaseURL + "/link/" + token
	}
	linkTokens.Put(c.World, token, row)
	out.Expiration = row.Expires.Format(time.RFC3339)
	return out, nil
}

// redirectable tells whether a redirect_uri can be one: https without a query or fragment; in the
// Sandbox also http on localhost (documented). Which of them the Dashboard lists is not known
// here; an address of the own machine is taken for localhost (assumed).
func redirectable(w *world.World, text string) bool {
	if text == "" {
		return true
	}
	back, err := url.Parse(text)
	if err != nil || back.Host == "" || back.RawQuery != "" || back.Fragment != "" {
		return false
	}
	local := slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, back.Hostname())
	return back.Scheme == "https" || back.Scheme == "http" && local && settingsOf(w).Environment == sandbox
}

// hostedLinkMaxLife bounds url_lifetime_seconds (OpenAPI file: positive, at most 21 days).
const hostedLinkMaxLife = 21 * 24 * time.Hour

// hostedLife is how long a hosted link lives that asks for so many seconds; nil asks for
// nothing.
func hostedLife(seconds *json.Number) (time.Duration, error) {
	if seconds == nil {
		return linkTokenShortLife, nil
	}
	n, err := seconds.Float64()
	if err != nil || n < 1 || n > hostedLinkMaxLife.Seconds() {
		// The text is assumed.
		return 0, errInvalidField.Text("hosted_link.url_lifetime_seconds must be positive and no longer than 21 days")
	}
	return time.Duration(n) * time.Second, nil
}

// unlessNull returns nothing for an explicit null: Plaid's schema has no null here.
func unlessNull(raw json.RawMessage) json.RawMessage {
	if string(raw) == "null" {
		return nil
	}
	return raw
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func withoutCredentials(fields map[string]any) json.RawMessage {
	kept := make(map[string]any, len(fields))
	for name, value := range fields {
		if name != "client_id" && name != "secret" {
			kept[name] = value
		}
	}
	raw, err := json.Marshal(kept)
	if err != nil { // it was decoded from JSON
		return nil
	}
	return raw
}

type linkTokenGetRequest struct {
	LinkToken string `json:"link_token"`
}

type linkMetadata struct {
	AccountFilters  json.RawMessage `json:"account_filters,omitempty"`
	ClientName      *string         `json:"client_name"`
	CountryCodes    []string        `json:"country_codes"`
	InitialProducts []string        `json:"initial_products"`
	InstitutionData json.RawMessage `json:"institution_data,omitempty"`
	Language        string          `json:"language"`
	RedirectURI     *string         `json:"redirect_uri"`
	Webhook         *string         `json:"webhook"`
}

type linkTokenGetResponse struct {
	CreatedAt  string        `json:"created_at"`
	Expiration string        `json:"expiration"`
	Sessions   []sessionBody `json:"link_sessions,omitempty"`
	LinkToken  string        `json:"link_token"`
	Metadata   linkMetadata  `json:"metadata"`
	RequestID  string        `json:"request_id"`
}

// linkTokenOf resolves a link token. One that is malformed, unknown or another client's is
// INVALID_REQUEST/INVALID_FIELD (the code is asserted by plaid-java's LinkTokenGetTest; the
// text is assumed).
func linkTokenOf(c *api.Call, token string) (linkToken, error) {
	row, ok := linkTokens.Get(c.World, token)
	if !ok || row.Client != c.Client.ID {
		return linkToken{}, errInvalidField.Text("link_token must be a valid link token")
	}
	return row, nil
}

// linkTokenGet tells what a link token was made with, and of the sessions of Link with it.
// Errors: those of linkTokenOf.
func linkTokenGet(c *api.Call, req linkTokenGetRequest) (linkTokenGetResponse, error) {
	row, err := linkTokenOf(c, req.LinkToken)
	if err != nil {
		return linkTokenGetResponse{}, err
	}
	return linkTokenGetResponse{
		CreatedAt: row.Created.Format(time.RFC3339), Expiration: row.Expires.Format(time.RFC3339),
		LinkToken: req.LinkToken, Metadata: row.Metadata, RequestID: c.RequestID,
		Sessions: sessionsOf(c, req.LinkToken),
	}, nil
}
