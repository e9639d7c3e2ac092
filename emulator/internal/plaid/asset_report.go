package plaid

import (
	"encoding/json"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

// assetReport is a report on Items, as a recipe: what it says is computed when it is read,
// as of the moment when it became ready.
type assetReport struct {
	ID             string          `json:"id"`
	Client         string          `json:"client"`
	Items          []string        `json:"items"` // item_ids
	Days           int             `json:"days"`
	Excluded       []string        `json:"excluded,omitempty"` // account_ids
	Investments    bool            `json:"investments,omitempty"`
	ClientReportID *string         `json:"client_report_id,omitempty"`
	User           json.RawMessage `json:"user,omitempty"`
	Webhook        string          `json:"webhook,omitempty"`
	Generated      *time.Time      `json:"generated,omitempty"` // nil until it is ready
}

const productAssets = "assets"

// assetReportTime is how long a report is in the making. In the Sandbox it takes seconds
// (plaid-go's test asks again after two); how many is assumed.
const assetReportTime = 10 * time.Second

// assetReportReady is the moment when a report is there.
type assetReportReady struct {
	Token string `json:"token"`
}

var (
	assetReports   = world.NewTable[assetReport]("plaid.asset_report", 1) // by asset_report_token
	assetReportDue = world.NewEvent[assetReportReady]("plaid.asset_report.ready")

	errAssetsNotReady = catalogue.Must(catalogue.Plaid, "ASSET_REPORT_ERROR/PRODUCT_NOT_READY")
	errInvalidParent  = catalogue.Must(catalogue.Plaid, "ASSET_REPORT_ERROR/INVALID_PARENT")
)

func init() { assetReportDue.Handle(finishAssetReport) }

// finishAssetReport makes a report ready and tells its webhook (OpenAPI file,
// AssetsProductReadyWebhook). One that was removed meanwhile stays so.
func finishAssetReport(w *world.World, ready assetReportReady) {
	row, ok := assetReports.Get(w, ready.Token)
	if !ok {
		return
	}
	now := w.Now()
	row.Generated = &now
	assetReports.Put(w, ready.Token, row)
	sendWebhook(w, row.Webhook, map[string]any{
		"webhook_type": "ASSETS", "webhook_code": "PRODUCT_READY", "asset_report_id": row.ID, "report_type": "FULL",
	})
}

type assetReportTokenResponse struct {
	AssetReportID    string `json:"asset_report_id"`
	AssetReportToken string `json:"asset_report_token"`
	RequestID        string `json:"request_id"`
}

// order begins the making of a report under a new id and token.
func (r assetReport) order(c *api.Call) assetReportTokenResponse {
	r.ID, r.Generated = c.World.UUID("asset_report"), nil
	token := newToken(c.World, "assets")
	assetReports.Put(c.World, token, r)
	assetReportDue.At(c.World, c.Now.Add(assetReportTime), assetReportReady{token})
	return assetReportTokenResponse{AssetReportID: r.ID, AssetReportToken: token, RequestID: c.RequestID}
}

// reportOptions are what /asset_report/create and /asset_report/refresh take.
type reportOptions struct {
	AddOns         []string        `json:"add_ons"`
	ClientReportID *string         `json:"client_report_id"`
	Products       []string        `json:"products"`
	User           json.RawMessage `json:"user"`
	Webhook        *string         `json:"webhook"`
}

// The documented bounds of a report.
const (
	reportItemsMax = 99
	reportDaysMax  = 731
)

func checkReportDays(days whole) error {
	if days < 0 || days > reportDaysMax {
		return errInvalidField.Text("days_requested must be an integer between 0 and 731") // assumed
	}
	return nil
}

type assetReportCreateRequest struct {
	AccessTokens  []string       `json:"access_tokens"`
	DaysRequested whole          `json:"days_requested"`
	Options       *reportOptions `json:"options"`
}

// assetReportCreate orders a report on Items. Errors, in order of checking: INVALID_FIELD for
// days_requested and without access tokens (assumed), those of product for each Item.
func assetReportCreate(c *api.Call, req assetReportCreateRequest) (assetReportTokenResponse, error) {
	if err := checkReportDays(req.DaysRequested); err != nil {
		return assetReportTokenResponse{}, err
	}
	if n := len(req.AccessTokens); n == 0 || n > reportItemsMax {
		return assetReportTokenResponse{}, errInvalidField.Text("access_tokens must be a list of 1 to 99 access tokens")
	}
	row := assetReport{Client: c.Client.ID, Days: int(req.DaysRequested)}
	for _, token := range req.AccessTokens {
		item, err := product(c, token, productAssets)
		if err != nil {
			return assetReportTokenResponse{}, err
		}
		row.Items = append(row.Items, item.ID)
	}
	if o := req.Options; o != nil {
		row.ClientReportID, row.User, row.Webhook = o.ClientReportID, tidy(o.User), textOr(o.Webhook, "")
		row.Investments = len(without([]string{productInvestments}, append(o.AddOns, o.Products...))) == 0
	}
	return row.order(c), nil
}

// reportOf finds a report of the client, ready or not. The error for a token that is not
// there is assumed.
func reportOf(c *api.Call, token string) (assetReport, error) {
	row, ok := assetReports.Get(c.World, token)
	if !ok || row.Client != c.Client.ID {
		return row, errInvalidField.Text("asset_report_token must be a valid asset report token")
	}
	return row, nil
}

// parentOf is reportOf for what is made of a report. Errors, in order of checking: those of
// reportOf, INVALID_PARENT for one that is not ready.
func parentOf(c *api.Call, token string) (assetReport, error) {
	row, err := reportOf(c, token)
	if err == nil && row.Generated == nil {
		err = errInvalidParent.New()
	}
	return row, err
}

type assetReportRefreshRequest struct {
	AssetReportToken string         `json:"asset_report_token"`
	DaysRequested    *whole         `json:"days_requested"`
	Options          *reportOptions `json:"options"`
}

// assetReportRefresh orders the same report anew; what the request leaves out is that of the
// old one. Errors, in order of checking: INVALID_FIELD for days_requested, those of parentOf,
// those of the state that an Item is in.
func assetReportRefresh(c *api.Call, req assetReportRefreshRequest) (assetReportTokenResponse, error) {
	if req.DaysRequested != nil {
		if err := checkReportDays(*req.DaysRequested); err != nil {
			return assetReportTokenResponse{}, err
		}
	}
	row, err := parentOf(c, req.AssetReportToken)
	if err != nil {
		return assetReportTokenResponse{}, err
	}
	for _, id := range row.Items {
		item, ok := items.Get(c.World, id)
		if !ok || item.Removed {
			return assetReportTokenResponse{}, errItemNotFound.New()
		}
		if err := item.trouble(c.World); err != nil {
			return assetReportTokenResponse{}, err
		}
	}
	row.Excluded = nil // a refreshed report has all accounts again (OpenAPI file, /asset_report/filter)
	if req.DaysRequested != nil {
		row.Days = int(*req.DaysRequested)
	}
	if o := req.Options; o != nil {
		row.Webhook = textOr(o.Webhook, row.Webhook)
		if o.ClientReportID != nil {
			row.ClientReportID = o.ClientReportID
		}
		if user := tidy(o.User); user != nil {
			row.User = user
		}
	}
	return row.order(c), nil
}

type assetReportFilterRequest struct {
	AssetReportToken string   `json:"asset_report_token"`
	Exclude          []string `json:"account_ids_to_exclude"`
}

// assetReportFilter orders the report without some of its accounts. Errors, in order of
// checking: those of parentOf, INVALID_ACCOUNT_ID for an account that the report does not
// have (assumed).
func assetReportFilter(c *api.Call, req assetReportFilterRequest) (assetReportTokenResponse, error) {
	row, err := parentOf(c, req.AssetReportToken)
	if err != nil {
		return assetReportTokenResponse{}, err
	}
	var all []string
	for _, id := range row.Items {
		item, _ := items.Get(c.World, id)
		for _, a := range item.accounts(c.World) {
			all = append(all, a.ID)
		}
	}
	if len(without(req.Exclude, without(all, row.Excluded))) > 0 {
		return assetReportTokenResponse{}, errAccountID.New()
	}
	row.Excluded = append(append([]string{}, row.Excluded...), req.Exclude...)
	return row.order(c), nil
}

type assetReportRequest struct {
	AssetReportToken string `json:"asset_report_token"`
}

type removedResponse struct {
	Removed   bool   `json:"removed"`
	RequestID string `json:"request_id"`
}

// assetReportRemove takes a report away, and its audit copies (OpenAPI file). Errors: those
// of reportOf.
func assetReportRemove(c *api.Call, req assetReportRequest) (removedResponse, error) {
	if _, err := reportOf(c, req.AssetReportToken); err != nil {
		return removedResponse{}, err
	}
	assetReports.Delete(c.World, req.AssetReportToken)
	for _, copied := range auditCopiesOf.Keys(c.World, req.AssetReportToken) {
		auditCopies.Delete(c.World, copied)
	}
	return removedResponse{Removed: true, RequestID: c.RequestID}, nil
}
