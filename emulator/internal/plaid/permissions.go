package plaid

import (
	"slices"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

// The products of a processor token's permissions that Tweed's partner calls need. Balance
// is no product that an Item has: any Item tells it.
const (
	productAuth         = "auth"
	productTransactions = "transactions"
	productBalance      = "balance"
	productIdentity     = "identity"
)

var errProduct = catalogue.Must(catalogue.Plaid, "INVALID_INPUT/INVALID_PRODUCT")

// permits says whether the partner may call for a product; "" is none, which is always
// permitted. An empty list permits all, also those of the future (OpenAPI file).
func (t processorToken) permits(product string) bool {
	return product == "" || len(t.Products) == 0 || slices.Contains(t.Products, product)
}

// processorTokenOf resolves a processor token, whatever state its Item is in. Errors, in
// order of checking: INVALID_PROCESSOR_TOKEN (its text is not public), ITEM_NOT_FOUND for a
// removed Item. Partners call with keys of their own, so the client is not compared.
func processorTokenOf(c *api.Call, token string) (processorToken, Item, error) {
	row, ok := processorTokens.Get(c.World, token)
	if !ok || inspect(c.World, "processor", token) != nil {
		return row, Item{}, errProcessorToken.New()
	}
	item, ok := items.Get(c.World, row.Item)
	if !ok || item.Removed {
		return row, Item{}, errItemNotFound.New()
	}
	return row, item, nil
}

// ownProcessorToken is processorTokenOf for the developer who made the token, not the
// partner who has it: the Item's client. Errors, in order of checking: INVALID_PROCESSOR_TOKEN
// (assumed for another client, too), ITEM_NOT_FOUND.
func ownProcessorToken(c *api.Call, token string) (processorToken, error) {
	row, _ := processorTokens.Get(c.World, token)
	if item, ok := items.Get(c.World, row.Item); ok && item.Client != "" && item.Client != c.Client.ID {
		return row, errProcessorToken.New()
	}
	row, _, err := processorTokenOf(c, token)
	return row, err
}

type permissionsSetRequest struct {
	ProcessorToken string   `json:"processor_token"`
	Products       []string `json:"products"`
}

// processorTokenPermissionsSet says which products the partner may call for; an empty list
// permits all again. It needs the keys of the developer, whose page of the documentation has
// it (plaid.com/docs/api/processors), and no healthy Item. Products that the Item lacks are
// kept (assumed). Errors: those of ownProcessorToken.
func processorTokenPermissionsSet(c *api.Call, req permissionsSetRequest) (requestIDResponse, error) {
	row, err := ownProcessorToken(c, req.ProcessorToken)
	if err != nil {
		return requestIDResponse{}, err
	}
	row.Products = sorted(req.Products)
	processorTokens.Put(c.World, req.ProcessorToken, row)
	return requestIDResponse{RequestID: c.RequestID}, nil
}

type permissionsGetResponse struct {
	Products  []string `json:"products"`
	RequestID string   `json:"request_id"`
}

// processorTokenPermissionsGet answers with the products, sorted (assumed); an empty list
// means all. Errors: those of ownProcessorToken.
func processorTokenPermissionsGet(c *api.Call, req processorRequest) (permissionsGetResponse, error) {
	row, err := ownProcessorToken(c, req.ProcessorToken)
	if err != nil {
		return permissionsGetResponse{}, err
	}
	return permissionsGetResponse{Products: append([]string{}, row.Products...), RequestID: c.RequestID}, nil
}

type processorWebhookRequest struct {
	ProcessorToken string  `json:"processor_token"`
	Webhook        *string `json:"webhook"`
}

// processorTokenWebhookUpdate sets the partner's own webhook for the token, null for none,
// and acknowledges it there. It is the partner's call (plaid.com/docs/api/processor-partners).
// Nothing else goes there yet: what the documentation names is of Transactions and
// Investments. Errors: those of processorTokenOf.
func processorTokenWebhookUpdate(c *api.Call, req processorWebhookRequest) (requestIDResponse, error) {
	row, item, err := processorTokenOf(c, req.ProcessorToken)
	if err != nil {
		return requestIDResponse{}, err
	}
	row.Webhook = textOr(req.Webhook, "")
	processorTokens.Put(c.World, req.ProcessorToken, row)
	row.acknowledge(c.World)
	item.watch(c.World)
	return requestIDResponse{RequestID: c.RequestID}, nil
}

// acknowledge tells the partner's webhook of itself (OpenAPI file, ProcessorTokenWebhookUpdate).
func (t processorToken) acknowledge(w *world.World) {
	sendWebhook(w, t.Webhook, map[string]any{
		"webhook_type": "PROCESSOR_TOKEN", "webhook_code": "WEBHOOK_UPDATE_ACKNOWLEDGED", "error": nil,
		"account_id": t.Account, "new_webhook_url": t.Webhook,
	})
}
