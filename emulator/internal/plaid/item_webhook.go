package plaid

import (
	"slices"

	"tweed/emulator/internal/api"
)

type itemWebhookUpdateRequest struct {
	AccessToken string  `json:"access_token"`
	Webhook     *string `json:"webhook"`
}

type itemResponse struct {
	Item      itemBody `json:"item"`
	RequestID string   `json:"request_id"`
}

// itemWebhookUpdate gives an Item another webhook, or none for a null, and sends
// WEBHOOK_UPDATE_ACKNOWLEDGED to the new one (documented). The Item may be in any state.
// Errors: those of itemOf (a webhook that is no URL is the contract's matter).
func itemWebhookUpdate(c *api.Call, req itemWebhookUpdateRequest) (itemResponse, error) {
	item, err := itemOf(c, req.AccessToken)
	if err != nil {
		return itemResponse{}, err
	}
	item.Webhook = textOr(req.Webhook, "")
	itemWebhook(c.World, &item, "WEBHOOK_UPDATE_ACKNOWLEDGED", map[string]any{
		"error": nil, "new_webhook_url": item.Webhook,
	})
	items.Put(c.World, item.ID, item)
	item.watch(c.World)
	return itemResponse{Item: item.body(c.World), RequestID: c.RequestID}, nil
}

type itemImportRequest struct {
	InstitutionID string `json:"institution_id"`
	Options       struct {
		Webhook string `json:"webhook"`
	} `json:"options"`
	Products []string `json:"products"`
	UserAuth struct {
		AuthToken string `json:"auth_token"`
		UserID    string `json:"user_id"`
	} `json:"user_auth"`
}

type itemImportResponse struct {
	AccessToken string `json:"access_token"`
	RequestID   string `json:"request_id"`
}

// itemImport makes an Item of a Plaid Exchange integration: user_id and auth_token are user
// and password (recorded 2020: user_good), at First Platypus Bank unless the request names
// another institution (assumed). Errors, in order of checking: INVALID_FIELD without
// products, those of Login.Open.
func itemImport(c *api.Call, req itemImportRequest) (itemImportResponse, error) {
	if len(req.Products) == 0 {
		return itemImportResponse{}, errInvalidField.Text(
			"products must be a list of strings containing at least one product") // assumed
	}
	l := Login{
		Institution: req.InstitutionID, User: req.UserAuth.UserID, Password: req.UserAuth.AuthToken,
		Products: slices.Clone(req.Products), Webhook: req.Options.Webhook, Client: c.Client.ID,
	}
	if l.Institution == "" {
		l.Institution = firstPlatypus
	}
	item, err := l.Open(c.World)
	if err != nil {
		return itemImportResponse{}, err
	}
	item.AccessToken = newToken(c.World, "access")
	items.Put(c.World, item.ID, item)
	return itemImportResponse{AccessToken: item.AccessToken, RequestID: c.RequestID}, nil
}
