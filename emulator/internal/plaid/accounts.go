package plaid

import (
	"encoding/json"
	"slices"
	"strconv"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/dataset"
	"tweed/emulator/internal/world"
)

// account is one account of an Item, computed from the Item when it is read.
type account struct {
	ID             string
	Name           string
	OfficialName   *string
	Mask           string
	Type, Subtype  string       // a custom user's account may lack a subtype
	Available      *json.Number // dollars, exactly as the Sandbox writes them
	Current        *json.Number
	Limit          *json.Number
	Currency       string
	HolderCategory *string
	ach            *dataset.Numbers
	other          CustomNumbers // numbers outside the US, of a custom user
	owners         []owner
	custom         *CustomAccount // what the JSON of a custom user says of it
	place          int            // among the accounts at the bank, from 0
	verification   string         // verification_status, "" for none
}

// accounts returns the accounts of the Item that its user shares, in the order of Plaid's
// answers.
func (i Item) accounts(w *world.World) []account {
	if i.Manual != nil {
		return []account{i.Manual.account(i.accountID(w, 0), []owner{ownerOf(i.standardUser().Person())})}
	}
	if i.Custom != nil && len(i.Custom.Accounts) > 0 {
		return i.customAccounts(w)
	}
	user := i.standardUser()
	set := user.AccountSet().Accounts
	out := make([]account, 0, len(set))
	for n := range set {
		if i.has(n) {
			out = append(out, i.standardAccount(w, n, &set[n], user))
		}
	}
	return out
}

func (i Item) standardAccount(w *world.World, n int, a *dataset.Account, user *dataset.User) account {
	return account{
		ID: i.accountID(w, n), Name: a.Name, OfficialName: a.OfficialName, Mask: a.Mask,
		Type: a.Type, Subtype: a.Subtype, Currency: "USD", HolderCategory: a.HolderCategory,
		Available: amount(a.Available), Current: amount(a.Current), Limit: amount(a.Limit),
		ach: a.Numbers, owners: []owner{ownerOf(user.Person())}, place: n,
	}
}

// accountID is the id of the n-th account: a function of the Item's id.
func (i Item) accountID(w *world.World, n int) string {
	return idOf(w.Derive("account", i.ID, strconv.Itoa(n)))
}

// account returns one account by its id. It makes ids until one fits: they are what an
// account costs.
func (i Item) account(w *world.World, id string) (account, bool) {
	if i.Manual != nil || i.Custom != nil && len(i.Custom.Accounts) > 0 {
		all := i.accounts(w)
		at := slices.IndexFunc(all, func(a account) bool { return a.ID == id })
		if at < 0 {
			return account{}, false
		}
		return all[at], true
	}
	user := i.standardUser()
	set := user.AccountSet().Accounts
	for n := range set {
		if i.has(n) && i.accountID(w, n) == id {
			return i.standardAccount(w, n, &set[n], user), true
		}
	}
	return account{}, false
}

// standardUser is the Sandbox user whose accounts the Item has: user_good for a
// user_custom without accounts of its own.
func (i Item) standardUser() *dataset.User {
	user, ok := dataset.FindUser(i.User)
	if !ok {
		user, _ = dataset.FindUser(userGood)
	}
	return user
}

func amount(a *dataset.Amount) *json.Number {
	if a == nil {
		return nil
	}
	n := json.Number(a.Text)
	return &n
}

type balances struct {
	Available              *json.Number `json:"available"`
	Current                *json.Number `json:"current"`
	ISOCurrencyCode        *string      `json:"iso_currency_code"`
	Limit                  *json.Number `json:"limit"`
	UnofficialCurrencyCode *string      `json:"unofficial_currency_code"`
}

type accountBody struct {
	AccountID      string   `json:"account_id"`
	Balances       balances `json:"balances"`
	HolderCategory *string  `json:"holder_category,omitempty"`
	Mask           *string  `json:"mask"`
	Name           string   `json:"name"`
	OfficialName   *string  `json:"official_name"`
	Subtype        *string  `json:"subtype"`
	Type           string   `json:"type"`
	Verification   *string  `json:"verification_status,omitempty"`
}

func (a account) body() accountBody {
	return accountBody{
		AccountID: a.ID, HolderCategory: a.HolderCategory, Mask: orNull(a.Mask), Name: a.Name,
		OfficialName: a.OfficialName, Subtype: orNull(a.Subtype), Type: a.Type, Verification: orNull(a.verification),
		Balances: balances{
			Available: a.Available, Current: a.Current, ISOCurrencyCode: orNull(a.Currency), Limit: a.Limit,
		},
	}
}

// orNull returns a text of an answer, null for none.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func bodies(all []account) []accountBody {
	out := make([]accountBody, len(all))
	for n, a := range all {
		out[n] = a.body()
	}
	return out
}

type accountsRequest struct {
	AccessToken string `json:"access_token"`
	Options     *struct {
		AccountIDs []string `json:"account_ids"`
	} `json:"options"`
}

// choose returns the accounts that a request asks for.
func (r accountsRequest) choose(w *world.World, item Item) ([]account, error) {
	if r.Options == nil {
		return item.accounts(w), nil
	}
	return chooseAccounts(item.accounts(w), r.Options.AccountIDs)
}

// chooseAccounts returns those of an Item's accounts that have one of the ids, all if
// there are no ids. An id that is not of the Item is INVALID_ACCOUNT_ID (documented).
func chooseAccounts(all []account, ids []string) ([]account, error) {
	if ids == nil {
		return all, nil
	}
	chosen := make([]account, 0, len(ids))
	for _, a := range all {
		if slices.Contains(ids, a.ID) {
			chosen = append(chosen, a)
		}
	}
	for _, id := range ids {
		if !slices.ContainsFunc(all, func(a account) bool { return a.ID == id }) {
			return nil, errAccountID.New()
		}
	}
	return chosen, nil
}

type accountsResponse struct {
	Accounts  []accountBody `json:"accounts"`
	Item      itemBody      `json:"item"`
	RequestID string        `json:"request_id"`
}

// accountsGet lists the Item's accounts. Errors, in order of checking: those of
// healthyItem, INVALID_ACCOUNT_ID.
func accountsGet(c *api.Call, req accountsRequest) (accountsResponse, error) {
	item, err := healthyItem(c, req.AccessToken)
	if err != nil {
		return accountsResponse{}, err
	}
	chosen, err := req.choose(c.World, item)
	if err != nil {
		return accountsResponse{}, err
	}
	return accountsResponse{Accounts: bodies(chosen), Item: item.body(c.World), RequestID: c.RequestID}, nil
}

// accountsBalanceGet is accountsGet: in the Sandbox a fresh balance is the same one.
func accountsBalanceGet(c *api.Call, req accountsRequest) (accountsResponse, error) {
	return accountsGet(c, req)
}
