package plaid

import (
	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
)

// The operations of this file and of mfa.go made Items without Link. 2020-09-14 dropped
// them; they speak the last version that had them, 2019-05-29.

var (
	errCredentialFields = catalogue.Must(catalogue.Plaid, "INVALID_INPUT/INVALID_CREDENTIAL_FIELDS")
	errUpdatedUsername  = catalogue.Must(catalogue.Plaid, "ITEM_ERROR/INVALID_UPDATED_USERNAME")
)

// loginCredentials are what a user types, by the name of the field; a pin is not looked at.
type loginCredentials map[string]string

// check looks for the fields that the Sandbox's institutions have.
func (l loginCredentials) check() error {
	if l["username"] == "" || l["password"] == "" {
		return errCredentialFields.New() // that this row is met here is assumed
	}
	return nil
}

type itemCreateRequest struct {
	Credentials     loginCredentials `json:"credentials"`
	InitialProducts []string         `json:"initial_products"`
	InstitutionID   string           `json:"institution_id"`
	Options         *struct {
		Webhook *string `json:"webhook"`
	} `json:"options"`
}

type itemCreateResponse struct {
	AccessToken string   `json:"access_token,omitempty"`
	Item        itemBody `json:"item"`
	RequestID   string   `json:"request_id"`
}

// itemCreate makes an Item of a user's credentials. A user who has to answer an MFA
// challenge gets it with status 210 and the access token; until it is answered the Item is
// in ITEM_LOGIN_REQUIRED (assumed). The dates of the options are not kept. Errors, in order
// of checking: INVALID_CREDENTIAL_FIELDS, those of Login.Open.
func itemCreate(c *api.Call, req itemCreateRequest) (any, error) {
	if err := req.Credentials.check(); err != nil {
		return nil, err
	}
	login := Login{
		Institution: req.InstitutionID, User: req.Credentials["username"], Password: req.Credentials["password"],
		Products: req.InitialProducts, Client: c.Client.ID,
	}
	if req.Options != nil {
		login.Webhook = textOr(req.Options.Webhook, "")
	}
	item, err := login.Open(c.World)
	if err != nil {
		return nil, err
	}
	item.AccessToken = newToken(c.World, "access")
	if asked, ok := challengeOf(login.User, login.Password); ok {
		return ask(c, item, asked, item.AccessToken), nil
	}
	items.Put(c.World, item.ID, item)
	return itemCreateResponse{AccessToken: item.AccessToken, Item: item.body(c.World), RequestID: c.RequestID}, nil
}

type credentialsUpdateRequest struct {
	AccessToken string           `json:"access_token"`
	Credentials loginCredentials `json:"credentials"`
}

// itemCredentialsUpdate logs an Item's user in again, which ends ITEM_LOGIN_REQUIRED; a
// healthy Item may be logged in, too (assumed). A password that asks for MFA is answered as
// by itemCreate, without an access token. Errors, in order of checking: those of itemOf,
// INVALID_CREDENTIAL_FIELDS, INVALID_UPDATED_USERNAME, those of Login.check.
func itemCredentialsUpdate(c *api.Call, req credentialsUpdateRequest) (any, error) {
	item, err := itemOf(c, req.AccessToken)
	if err != nil {
		return nil, err
	}
	if err := req.Credentials.check(); err != nil {
		return nil, err
	}
	login := Login{User: req.Credentials["username"], Password: req.Credentials["password"]}
	if login.User != item.User {
		return nil, errUpdatedUsername.New()
	}
	if _, err := login.check(&item); err != nil {
		return nil, err
	}
	if err := login.keep(c.World, item); err != nil {
		return nil, err
	}
	if asked, ok := challengeOf(login.User, login.Password); ok {
		return ask(c, item, asked, ""), nil
	}
	return loggedIn(c, item), nil
}

// loggedIn answers with an Item that is healthy again.
func loggedIn(c *api.Call, item Item) itemCreateResponse {
	item = item.loggedIn(c.World)
	items.Put(c.World, item.ID, item)
	return itemCreateResponse{Item: item.body(c.World), RequestID: c.RequestID}
}
