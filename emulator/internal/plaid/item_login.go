package plaid

import (
	"net/http"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

// The operations of this file and of mfa.go made and changed Items without Link. 2020-09-14 dropped
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
	later, err := login.check(&item)
	if err != nil {
		return nil, err
	}
	if err := login.keep(c.World, item.ID, later); err != nil {
		return nil, err
	}
	if asked, ok := challengeOf(login.User, login.Password); ok {
		return ask(c, item, asked, ""), nil
	}
	return loggedIn(c, item), nil
}

// loggedIn makes an Item healthy whose user has proven to be who it is.
func loggedIn(c *api.Call, item Item) itemCreateResponse {
	challenges.Delete(c.World, item.ID)
	item.Error, item.Healthy = "", c.Now
	items.Put(c.World, item.ID, item)
	return itemCreateResponse{Item: item.body(c.World), RequestID: c.RequestID}
}

type itemDeleteResponse struct {
	Deleted   bool   `json:"deleted"`
	RequestID string `json:"request_id"`
}

// itemDelete is the name that itemRemove had in 2017. Errors: those of itemOf.
func itemDelete(c *api.Call, req accessTokenRequest) (itemDeleteResponse, error) {
	removed, err := itemRemove(c, req)
	return itemDeleteResponse{Deleted: err == nil, RequestID: removed.RequestID}, err
}

type addTokenResponse struct {
	AddToken   string `json:"add_token"`
	Expiration string `json:"expiration"`
	RequestID  string `json:"request_id"`
}

const (
	addTokenLife = 24 * time.Hour                        // observed
	nanoseconds  = "2006-01-02T15:04:05.000000000Z07:00" // the form of its expiration (observed)
)

// itemAddTokenCreate makes the token that Link took from 2019 to 2020, before there were
// link tokens. Nothing else takes it. It has no errors of its own.
func itemAddTokenCreate(c *api.Call, _ struct{}) (addTokenResponse, error) {
	return addTokenResponse{
		AddToken: newToken(c.World, "item-add"), Expiration: c.Now.Add(addTokenLife).Format(nanoseconds),
		RequestID: c.RequestID,
	}, nil
}

// itemAccessTokenUpdateVersion traded an access token of Plaid's first API for one of this
// API. Tweed makes none of that form (not even at /exchange_token), so a well-formed one is
// unknown: INVALID_ACCESS_TOKEN (assumed).
func itemAccessTokenUpdateVersion(*api.Call, struct{}) (any, error) {
	return nil, errAccessToken.Variant("unknown")
}

// transactionsDeactivate takes the product transactions from an Item. It is known from
// plaid-ruby 4.1.0 alone; of a good answer nothing is public, so it has what every answer
// has. Errors: those of itemOf.
func transactionsDeactivate(c *api.Call, req accessTokenRequest) (requestIDResponse, error) {
	item, err := itemOf(c, req.AccessToken)
	if err != nil {
		return requestIDResponse{}, err
	}
	item.Products = orEmpty(without(item.Products, []string{"transactions"}))
	items.Put(c.World, item.ID, item)
	return requestIDResponse{RequestID: c.RequestID}, nil
}

// answered is the name under which an operation leaves a status that is not 200.
const answered = "status"

func answerStatus(c *api.Call) int {
	if status, ok := c.Kept(answered); ok {
		return status.(int)
	}
	return http.StatusOK
}

// processorNamed is processorTokenCreate for one processor, under its own older path.
func processorNamed(name string) func(*api.Call, processorTokenCreateRequest) (processorTokenResponse, error) {
	return func(c *api.Call, req processorTokenCreateRequest) (processorTokenResponse, error) {
		req.Processor = name
		return processorTokenCreate(c, req)
	}
}

// developmentItems is how many live Items a client could have in Plaid's Development
// environment (Plaid's Apex guide, step 6).
const developmentItems = 100

var errAdditionLimit = catalogue.Must(catalogue.Plaid, "RATE_LIMIT_EXCEEDED/ADDITION_LIMIT")

// exhausted tells whether the client has all the Items that its environment allows. Removed
// ones count (assumed).
func (l Login) exhausted(w *world.World) bool {
	if settingsOf(w).Environment != development || items.Len(w) < developmentItems {
		return false
	}
	mine := 0
	for _, item := range items.All(w) {
		if item.Client == l.Client {
			mine++
		}
	}
	return mine >= developmentItems
}
