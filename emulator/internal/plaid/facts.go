package plaid

import (
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// fact derives what a scenario's "where" may ask about a Plaid call: a field of the
// request, or what a token or an id in it resolves to.
func fact(c *api.Call, name string) (any, bool) { return c.Fact(name, resolve) }

// resolve returns what the scenario package lists as facts of Plaid's calls.
func resolve(c *api.Call, name string) (any, bool) {
	switch name {
	case "account_id":
		return text(processorTokenIn(c).Account)
	case "account_mask":
		if acc := accountIn(c); acc != nil {
			return text(acc.Mask)
		}
	case "routing_number":
		if acc := accountIn(c); acc != nil && acc.ach != nil {
			return text(acc.ach.Routing)
		}
	case "processor":
		return text(processorOf(c))
	case "product":
		if c.Op != nil {
			return text(productOf(c.Op.Path))
		}
	case "products":
		if list, ok := c.Body.Fields["initial_products"].([]any); ok {
			return list, true
		}
		if item := itemIn(c); item != nil && item.Products != nil {
			return item.Products, true
		}
	case "institution_id", "user", "item", "item_alias", "client_user_id":
		return text(ofItem(c, name))
	}
	return nil, false
}

func text(value string) (any, bool) { return value, value != "" }

// ofItem returns a text of the Item that the call is about, or that it makes.
func ofItem(c *api.Call, name string) string {
	if name == "client_user_id" {
		if user, ok := c.Body.Fields["user"].(map[string]any); ok {
			id, _ := user["client_user_id"].(string)
			return id
		}
	}
	item := itemIn(c)
	switch {
	case item == nil && name == "user":
		return userOf(c)
	case item == nil:
		return ""
	case name == "institution_id":
		return item.Institution
	case name == "item":
		return item.ID
	case name == "item_alias":
		return item.Alias
	case name == "client_user_id":
		return item.ClientUser
	}
	return item.User
}

// userOf is the user name with which a Sandbox call makes an Item, "" for another call.
func userOf(c *api.Call) string {
	if c.Op == nil || c.Op.ID != "sandboxPublicTokenCreate" && c.Op.ID != "sandboxProcessorTokenCreate" {
		return ""
	}
	options, _ := c.Body.Fields["options"].(map[string]any)
	if user, ok := options["override_username"].(string); ok {
		return user
	}
	return userGood
}

// subject is the Item that the call is about: its calls are counted for the fact attempt.
func subject(c *api.Call) string {
	if item := itemIn(c); item != nil {
		return item.ID
	}
	return ""
}

// itemIn finds the Item that a token in the request leads to, whatever its state; nil
// without one. It is looked up once for a call.
func itemIn(c *api.Call) *Item {
	if kept, ok := c.Kept("item"); ok {
		item, _ := kept.(*Item)
		return item
	}
	var item *Item
	if found, ok := lookUpItem(c); ok {
		item = &found
	}
	c.Keep("item", item)
	return item
}

func lookUpItem(c *api.Call) (Item, bool) {
	if token := c.Body.Text("access_token"); token != "" {
		return itemByToken.First(c.World, token)
	}
	if token := c.Body.Text("public_token"); token != "" {
		row, _ := publicTokens.Get(c.World, token)
		return items.Get(c.World, row.Item)
	}
	if row := processorTokenIn(c); row.Item != "" {
		return items.Get(c.World, row.Item)
	}
	if token := c.Body.Text("link_token"); token != "" {
		row, _ := linkTokens.Get(c.World, token)
		item, found := items.Get(c.World, row.Item)
		if item.ClientUser == "" {
			item.ClientUser = row.User
		}
		return item, found || row.User != ""
	}
	return Item{}, false
}

// processorTokenIn is what the request's processor token stands for; empty without one.
func processorTokenIn(c *api.Call) (row processorToken) {
	if token := c.Body.Text("processor_token"); token != "" {
		row, _ = processorTokens.Get(c.World, token)
	}
	return row
}

// accountIn finds the account that the request names by its id or by a processor token;
// nil without one. It is looked up once for a call.
func accountIn(c *api.Call) *account {
	id := c.Body.Text("account_id")
	if id == "" {
		id = processorTokenIn(c).Account
	}
	if id == "" {
		return nil
	}
	if kept, ok := c.Kept("account"); ok {
		acc, _ := kept.(*account)
		return acc
	}
	var acc *account
	if item := itemIn(c); item != nil {
		if found, ok := item.account(c.World, id); ok {
			acc = &found
		}
	}
	c.Keep("account", acc)
	return acc
}

// processorOf is the processor for whom a token is made, or by whom it is used.
func processorOf(c *api.Call) string {
	if row := processorTokenIn(c); row.Processor != "" || c.Op == nil {
		return row.Processor
	}
	switch c.Op.ID {
	case "processorApexProcessorTokenCreate", "itemProcessorTokenApexCreate":
		return apex[0]
	case "processorStripeBankAccountTokenCreate":
		return "stripe"
	case "exchangeToken":
		if c.Body.Text("account_id") != "" { // without one no processor token is made
			return apex[0]
		}
	}
	return ""
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

// FactOf answers what a rule asks about the Item and the account behind a processor token.
func FactOf(w *world.World, token, name string) (any, bool) {
	return fact(&api.Call{World: w, Body: api.Body{Fields: map[string]any{"processor_token": token}}}, name)
}
