package plaid

import (
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// publicToken is what Link hands to a page, to be exchanged once.
type publicToken struct {
	Item    string    `json:"item"`
	Expires time.Time `json:"expires"`
	Used    bool      `json:"used,omitempty"`
}

var publicTokens = world.NewTable[publicToken]("plaid.public_token", 1)

// publicTokenLife is documented and observed in the error's text.
const publicTokenLife = 30 * time.Minute

// newPublicToken makes a public token for an Item.
func newPublicToken(w *world.World, itemID string) (string, time.Time) {
	token := newToken(w, "public")
	expires := w.Now().Add(publicTokenLife)
	publicTokens.Put(w, token, publicToken{Item: itemID, Expires: expires})
	return token, expires
}

type publicTokenRequest struct {
	PublicToken string `json:"public_token"`
}

type exchangeResponse struct {
	AccessToken string `json:"access_token"`
	ItemID      string `json:"item_id"`
	RequestID   string `json:"request_id"`
}

// itemPublicTokenExchange trades a public token for its Item's access token. Errors, in
// order of checking: INVALID_PUBLIC_TOKEN (form, kind, environment, unknown, used before,
// another client's, 30 minutes old), ITEM_NOT_FOUND.
func itemPublicTokenExchange(c *api.Call, req publicTokenRequest) (exchangeResponse, error) {
	item, err := redeemable(c, req.PublicToken)
	if err != nil {
		return exchangeResponse{}, err
	}
	item = redeem(c, req.PublicToken, item)
	return exchangeResponse{AccessToken: item.AccessToken, ItemID: item.ID, RequestID: c.RequestID}, nil
}

// redeemable returns the Item that the caller can exchange a public token for.
func redeemable(c *api.Call, token string) (Item, error) {
	if f := inspect(c.World, "public", token); f != nil {
		return Item{}, errPublicToken.Variant(f.variant, "expected", f.expected, "got", f.got)
	}
	row, ok := publicTokens.Get(c.World, token)
	item, found := items.Get(c.World, row.Item)
	switch {
	case !ok, row.Used, item.Client != "" && item.Client != c.Client.ID: // the text for a used one is assumed
		return Item{}, errPublicToken.Variant("unknown")
	case !c.Now.Before(row.Expires):
		return Item{}, errPublicToken.Variant("expired")
	case !found, item.Removed:
		return Item{}, errItemNotFound.New()
	}
	return item, nil
}

// redeem uses a public token up and returns its Item with an access token. An Item that
// has one already keeps it (assumed).
func redeem(c *api.Call, token string, item Item) Item {
	row, _ := publicTokens.Get(c.World, token)
	row.Used = true
	publicTokens.Put(c.World, token, row)
	return accessible(c, item)
}

// accessible returns an Item with an access token, which the caller owns from now on.
func accessible(c *api.Call, item Item) Item {
	if item.AccessToken == "" {
		item.AccessToken = newToken(c.World, "access")
		item.Client = c.Client.ID
		items.Put(c.World, item.ID, item)
	}
	return item
}

type publicTokenResponse struct {
	Expiration  string `json:"expiration"`
	PublicToken string `json:"public_token"`
	RequestID   string `json:"request_id"`
}

// itemPublicTokenCreate makes a public token for an Item that exists, for Link's old
// update mode. It lives 30 minutes. Errors: those of itemOf.
func itemPublicTokenCreate(c *api.Call, req accessTokenRequest) (publicTokenResponse, error) {
	item, err := itemOf(c, req.AccessToken)
	if err != nil {
		return publicTokenResponse{}, err
	}
	token, expires := newPublicToken(c.World, item.ID)
	return publicTokenResponse{
		Expiration: expires.Format(time.RFC3339), PublicToken: token, RequestID: c.RequestID,
	}, nil
}
