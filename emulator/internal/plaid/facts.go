package plaid

import (
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// about is what a Plaid call is about: what the tokens and ids in it resolve to.
type about struct {
	item, alias, institution, user, clientUser string // of the Item
	account, mask, routing                     string // of the account that the call names
	processor, product                         string
	products                                   any // a list
}

// Fact returns what the scenario package lists as facts of Plaid's calls.
func (a *about) Fact(name string) (any, bool) {
	switch name {
	case "account_id":
		return text(a.account)
	case "account_mask":
		return text(a.mask)
	case "client_user_id":
		return text(a.clientUser)
	case "institution_id":
		return text(a.institution)
	case "item":
		return text(a.item)
	case "item_alias":
		return text(a.alias)
	case "processor":
		return text(a.processor)
	case "product":
		return text(a.product)
	case "products":
		return a.products, a.products != nil
	case "routing_number":
		return text(a.routing)
	case "user":
		return text(a.user)
	}
	return nil, false
}

// Subject is the Item: its calls are counted for the fact attempt.
func (a *about) Subject() string { return a.item }

func text(value string) (any, bool) { return value, value != "" }

// aboutOf looks up what a call is about, whatever state its Item is in.
func aboutOf(c *api.Call) api.About {
	a := &about{product: productOf(c.Op.Path)}
	a.lookUp(c.World, c.Body)
	if id := c.Body.Text("account_id"); id != "" {
		a.account = id
	}
	if a.account != "" {
		a.ofAccount(c.World)
	}
	a.ofRequest(c)
	return a
}

// lookUp finds what the tokens of a request lead to: the first of them that is there says
// which Item it is.
func (a *about) lookUp(w *world.World, body api.Body) {
	var partner processorToken
	if token := body.Text("processor_token"); token != "" {
		partner, _ = processorTokens.Get(w, token)
	}
	a.account, a.processor = partner.Account, partner.Processor
	switch {
	case body.Text("access_token") != "":
		if item, ok := itemByToken.First(w, body.Text("access_token")); ok {
			a.ofItem(item)
		}
	case body.Text("public_token") != "":
		row, _ := publicTokens.Get(w, body.Text("public_token"))
		a.ofItemID(w, row.Item)
	case partner.Item != "":
		a.ofItemID(w, partner.Item)
	case body.Text("link_token") != "":
		row, _ := linkTokens.Get(w, body.Text("link_token"))
		a.ofItemID(w, row.Item)
		if a.clientUser == "" {
			a.clientUser = row.User
		}
	}
}

func (a *about) ofItemID(w *world.World, id string) {
	if item, ok := items.Get(w, id); ok {
		a.ofItem(item)
	}
}

func (a *about) ofItem(item Item) {
	a.item, a.alias, a.institution = item.ID, item.Alias, item.Institution
	a.user, a.clientUser = item.User, item.ClientUser
	if item.Products != nil {
		a.products = item.Products
	}
}

// ofAccount takes over what is known of the account, if it is one of the Item's.
func (a *about) ofAccount(w *world.World) {
	item, known := items.Get(w, a.item)
	if !known {
		return
	}
	acc, _ := item.account(w, a.account)
	a.mask = acc.Mask
	if acc.ach != nil {
		a.routing = acc.ach.Routing
	}
}

// ofRequest takes over what the request says of an Item or a processor token that it makes.
func (a *about) ofRequest(c *api.Call) {
	if list, ok := c.Body.Fields["initial_products"].([]any); ok {
		a.products = list
	}
	if user, ok := c.Body.Fields["user"].(map[string]any); ok {
		a.clientUser, _ = user["client_user_id"].(string)
	}
	switch c.Op.ID {
	case "sandboxPublicTokenCreate", "sandboxProcessorTokenCreate":
		a.user = userGood
		options, _ := c.Body.Fields["options"].(map[string]any)
		if user, ok := options["override_username"].(string); ok {
			a.user = user
		}
	case "processorApexProcessorTokenCreate", "itemProcessorTokenApexCreate":
		a.processor = apex[0]
	case "processorStripeBankAccountTokenCreate":
		a.processor = "stripe"
	case "exchangeToken":
		if a.account != "" { // without one no processor token is made
			a.processor = apex[0]
		}
	}
}

// AboutToken returns the facts of a processor token: of its Item and, if withAccount, of its
// account, which take longer to find.
func AboutToken(w *world.World, token string, withAccount bool) scenario.Facts {
	a := &about{}
	a.lookUp(w, api.Body{Fields: map[string]any{"processor_token": token}})
	if withAccount {
		a.ofAccount(w)
	}
	return a
}

// productPaths are the products by the beginning of the paths that draw on them (Plaid's
// enum Products; the paths of the OpenAPI file). Partners' calls have the same behind
// /processor.
var productPaths = map[string]string{
	"accounts/balance": "balance", "asset_report": "assets", "auth": "auth", "balance": "balance", "beacon": "beacon",
	"employment": "employment", "identity": "identity", "identity/match": "identity_match",
	"identity_verification": "identity_verification", "income": "income", "investments": "investments",
	"investments/auth": "investments_auth", "liabilities": "liabilities", "payment_initiation": "payment_initiation",
	"signal": "signal", "statements": "statements", "transactions": "transactions",
	"transactions/recurring": "recurring_transactions", "transfer": "transfer",
}

// productOf is the product that the operation of a path draws on, "" for none.
func productOf(path string) string {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "/"), "processor/")
	first, rest, _ := strings.Cut(path, "/")
	second, _, _ := strings.Cut(rest, "/")
	if product := productPaths[path[:min(len(path), len(first)+1+len(second))]]; product != "" {
		return product
	}
	return productPaths[first]
}
