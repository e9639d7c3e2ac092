package plaid

import (
	"slices"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/dataset"
	"tweed/emulator/internal/world"
)

// Item is one login at one institution, as a recipe: accounts, owners and numbers are
// computed from it when they are read.
type Item struct {
	ID          string    `json:"id"`
	Alias       string    `json:"alias,omitempty"` // name in a scenario's "given"
	Institution string    `json:"institution"`
	User        string    `json:"user"`
	Custom      *Custom   `json:"custom,omitempty"` // the JSON of user_custom
	Products    []string  `json:"products"`         // billed, sorted
	Webhook     string    `json:"webhook,omitempty"`
	Created     time.Time `json:"created"`
	Healthy     time.Time `json:"healthy"` // when the login was last proven good
	Client      string    `json:"client,omitempty"`
	ClientUser  string    `json:"client_user,omitempty"` // client_user_id of the link token
	AccessToken string    `json:"access_token,omitempty"`
	Error       string    `json:"error,omitempty"` // TYPE/CODE of the state it is in
	Removed     bool      `json:"removed,omitempty"`
	LastWebhook *sent     `json:"last_webhook,omitempty"`
	// Only are the places of the accounts that the user has chosen in Link, nil for all.
	Only   []int          `json:"only,omitempty"`
	Manual *manualAccount `json:"manual,omitempty"` // in the place of the bank's accounts
}

// has tells whether the user shares the account at a place.
func (i Item) has(place int) bool { return i.Only == nil || slices.Contains(i.Only, place) }

// bank is the Item's institution. Typed numbers belong to none that Plaid knows, and are good
// for moving money.
func (i Item) bank() *dataset.Institution {
	if bank, ok := dataset.FindInstitution(i.Institution); ok {
		return bank
	}
	return &dataset.Institution{Products: []string{productAuth, "signal", "transfer"}}
}

// sent is the last webhook of an Item, as /item/get shows it.
type sent struct {
	CodeSent string `json:"code_sent"`
	SentAt   string `json:"sent_at"`
}

var (
	items       = world.NewTable[Item]("plaid.item", 1) // by item_id
	itemByToken = items.Index(func(i Item) string { return i.AccessToken })
)

// loginLife is how long a Sandbox Item's login stays good (plaid.com/docs/sandbox: Items
// turn ITEM_LOGIN_REQUIRED 30 days after they were made).
const loginLife = 30 * 24 * time.Hour

// trouble returns the error of the state that the Item is in, nil if it is healthy.
func (i Item) trouble(w *world.World) error {
	if i.Error != "" {
		return find(i.Error).New()
	}
	if w.Now().Sub(i.Healthy) >= loginLife {
		return errLoginRequired.New()
	}
	return nil
}

// use returns the Item as a call that belongs to a product finds it: with the product
// added if the Item lacks it. "" is no product. Errors: those of ready.
func (i Item) use(w *world.World, product string) (Item, error) {
	if err := i.ready(w, product); err != nil {
		return i, err
	}
	return i.with(w, product), nil
}

// ready tells why a call that belongs to a product cannot be answered. Errors, in order of
// checking: PRODUCTS_NOT_SUPPORTED by the institution, the state that the Item is in, those of unproven.
func (i Item) ready(w *world.World, product string) error {
	if i.lacks(product) && !i.bank().Offers(product) {
		return errNotSupported.New("products", quoted([]string{product}))
	}
	if err := i.trouble(w); err != nil {
		return err
	}
	return i.unproven(product)
}

// with adds a product to an Item that lacks it, and keeps it.
func (i Item) with(w *world.World, product string) Item {
	if i.lacks(product) {
		i.Products = sorted(append(slices.Clone(i.Products), product))
		items.Put(w, i.ID, i)
	}
	return i
}

func (i Item) lacks(product string) bool {
	return product != "" && !slices.Contains(i.Products, product)
}

// itemBody is the item object of 2026 (its newer fields are observed there). Created and
// what the user consented to are in the answer of /item/get alone (OpenAPI file, schemas
// Item and ItemWithConsentFields).
type itemBody struct {
	AuthMethod            *string    `json:"auth_method"`
	AvailableProducts     []string   `json:"available_products"`
	BilledProducts        []string   `json:"billed_products"`
	ConsentExpirationTime *string    `json:"consent_expiration_time"`
	ConsentedDataScopes   []string   `json:"consented_data_scopes,omitzero"`
	ConsentedProducts     []string   `json:"consented_products"`
	ConsentedUseCases     []string   `json:"consented_use_cases,omitzero"`
	CreatedAt             string     `json:"created_at,omitzero"`
	Error                 *errorBody `json:"error"`
	InstitutionID         *string    `json:"institution_id"`
	InstitutionName       *string    `json:"institution_name"`
	ItemID                string     `json:"item_id"`
	Products              []string   `json:"products"`
	UpdateType            string     `json:"update_type"`
	Webhook               string     `json:"webhook"` // "" when unset, observed
}

func (i Item) body(w *world.World) itemBody {
	bank := i.bank()
	available := []string{}
	for _, name := range bank.Products {
		if !slices.Contains(i.Products, name) {
			available = append(available, name)
		}
	}
	out := itemBody{
		AvailableProducts: available, BilledProducts: i.Products, Products: i.Products,
		ConsentedProducts: i.Products,
		InstitutionID:     orNull(i.Institution), InstitutionName: orNull(bank.Name), ItemID: i.ID,
		UpdateType: "background", Webhook: i.Webhook,
	}
	if slices.Contains(i.Products, "auth") {
		out.AuthMethod = orNull(i.authMethod())
	}
	if e := asRow(i.trouble(w)); e != nil {
		body := errorBodyOf(e, "")
		out.Error = &body
	}
	return out
}

type accessTokenRequest struct {
	AccessToken string `json:"access_token"`
}

type itemGetResponse struct {
	Item      itemBody   `json:"item"`
	RequestID string     `json:"request_id"`
	Status    itemStatus `json:"status"`
}

// itemStatus has a member for a product only if the Item has the product; last_webhook is
// null before the first one (both observed).
type itemStatus struct {
	Investments  *updateStatus `json:"investments,omitempty"`
	LastWebhook  *sent         `json:"last_webhook"`
	Transactions *updateStatus `json:"transactions,omitempty"`
}

// milliseconds is the form of last_successful_update (observed: 2019-06-19T19:57:46.919Z).
const milliseconds = "2006-01-02T15:04:05.000Z07:00"

type updateStatus struct {
	LastFailedUpdate     *string `json:"last_failed_update"`
	LastSuccessfulUpdate *string `json:"last_successful_update"`
}

// itemGet tells about an Item, also one in an error state: the answer is 200 then, with
// the error inside (observed 2026-09). Errors: those of itemOf.
func itemGet(c *api.Call, req accessTokenRequest) (itemGetResponse, error) {
	item, err := itemOf(c, req.AccessToken)
	if err != nil {
		return itemGetResponse{}, err
	}
	out := itemGetResponse{Item: item.body(c.World), RequestID: c.RequestID}
	out.Item.ConsentedDataScopes, out.Item.ConsentedUseCases = []string{}, []string{}
	out.Item.CreatedAt = item.Created.Format(time.RFC3339)
	out.Status.LastWebhook = item.LastWebhook
	at := item.Created.Format(milliseconds)
	if f, ok := feeds.Get(c.World, item.ID); ok {
		out.Status.Transactions = &updateStatus{}
		if s := f.at(c.Now); s.Part != partNone {
			out.Status.Transactions.LastSuccessfulUpdate = orNull(s.AsOf.Format(milliseconds))
		}
	}
	if slices.Contains(item.Products, "investments") {
		out.Status.Investments = &updateStatus{LastSuccessfulUpdate: &at}
	}
	return out, nil
}

type requestIDResponse struct {
	RequestID string `json:"request_id"`
}

// itemRemove ends an Item: its access token and its processor tokens answer
// ITEM_NOT_FOUND from now on. Errors: those of itemOf.
func itemRemove(c *api.Call, req accessTokenRequest) (requestIDResponse, error) {
	item, err := itemOf(c, req.AccessToken)
	if err != nil {
		return requestIDResponse{}, err
	}
	item.Removed = true
	items.Put(c.World, item.ID, item)
	return requestIDResponse{RequestID: c.RequestID}, nil
}

type invalidateResponse struct {
	NewAccessToken string `json:"new_access_token"`
	RequestID      string `json:"request_id"`
}

// itemAccessTokenInvalidate replaces an Item's access token. The old one is unknown from
// now on (assumed: INVALID_ACCESS_TOKEN). Errors: those of itemOf.
func itemAccessTokenInvalidate(c *api.Call, req accessTokenRequest) (invalidateResponse, error) {
	item, err := itemOf(c, req.AccessToken)
	if err != nil {
		return invalidateResponse{}, err
	}
	item.AccessToken = newToken(c.World, "access")
	items.Put(c.World, item.ID, item)
	return invalidateResponse{NewAccessToken: item.AccessToken, RequestID: c.RequestID}, nil
}
