package plaid

import (
	"time"

	"tweed/emulator/internal/api"
)

// Small operations that 2020-09-14 dropped.

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

// processorNamed is processorTokenCreate for one processor, under its own older path.
func processorNamed(name string) func(*api.Call, processorTokenCreateRequest) (processorTokenResponse, error) {
	return func(c *api.Call, req processorTokenCreateRequest) (processorTokenResponse, error) {
		req.Processor = name
		return processorTokenCreate(c, req)
	}
}
