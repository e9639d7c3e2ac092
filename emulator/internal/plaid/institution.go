package plaid

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/dataset"
)

// body is an institution as an answer shows it. What the options do not ask for is left
// out; the optional metadata are null where an institution lacks them (recorded).
func (o institutionOptions) body(c *api.Call, bank *dataset.Institution) map[string]any {
	out := map[string]any{
		"institution_id": bank.ID, "name": bank.Name, "oauth": bank.OAuth, "country_codes": bank.CountryCodes,
		"products": bank.Products, "routing_numbers": orEmpty(bank.RoutingNumbers),
	}
	if o.OptionalMetadata {
		out["url"], out["primary_color"] = orNull(bank.URL), orNull(bank.PrimaryColor)
		out["logo"] = orNull(logoOf(bank))
	}
	if o.AuthMetadata {
		out["auth_metadata"] = authMetadataOf(bank)
	}
	if o.PaymentMetadata {
		out["payment_initiation_metadata"] = paymentMetadataOf(bank)
	}
	if o.Status {
		out["status"] = statusOf(c.Now, bank)
	}
	return out
}

// logoSize is the width and height of logos in pixels (documented).
const logoSize = 152

// logoOf is the logo in base64, "" for none. It is no bank's: a square of the primary
// colour stands for it.
func logoOf(bank *dataset.Institution) string {
	rgb, err := hex.DecodeString(strings.TrimPrefix(bank.PrimaryColor, "#"))
	if !bank.Logo || err != nil || len(rgb) != 3 {
		return ""
	}
	square := image.NewPaletted(
		image.Rect(0, 0, logoSize, logoSize),
		color.Palette{color.RGBA{R: rgb[0], G: rgb[1], B: rgb[2], A: 0xff}},
	)
	var buf bytes.Buffer
	if err := png.Encode(&buf, square); err != nil {
		panic("plaid: logo: " + err.Error()) // a buffer takes everything
	}
	return base64.StdEncoding.EncodeToString(buf.Bytes())
}

type authMetadata struct {
	SupportedMethods supportedMethods `json:"supported_methods"`
}

type supportedMethods struct {
	AutomatedMicroDeposits bool `json:"automated_micro_deposits"`
	InstantAuth            bool `json:"instant_auth"`
	InstantMatch           bool `json:"instant_match"`
	InstantMicroDeposits   bool `json:"instant_micro_deposits"`
}

func authMetadataOf(bank *dataset.Institution) authMetadata {
	return authMetadata{supportedMethods{
		AutomatedMicroDeposits: slices.Contains(bank.AuthMethods, "automated_micro_deposits"),
		InstantAuth:            bank.Offers(productAuth),
		InstantMatch:           slices.Contains(bank.AuthMethods, "instant_match"),
		InstantMicroDeposits:   slices.Contains(bank.AuthMethods, "instant_micro_deposits"),
	}}
}

type paymentMetadata struct {
	MaximumPaymentAmount   map[string]string      `json:"maximum_payment_amount"`
	StandingOrderMetadata  *standingOrderMetadata `json:"standing_order_metadata"`
	SupportsInternational  bool                   `json:"supports_international_payments"`
	SupportsPaymentConsent bool                   `json:"supports_payment_consents"`
	SupportsRefundDetails  bool                   `json:"supports_refund_details"`
	SupportsSEPAInstant    bool                   `json:"supports_sepa_instant"`
}

type standingOrderMetadata struct {
	SupportsEndDate       bool     `json:"supports_standing_order_end_date"`
	SupportsNegativeDays  bool     `json:"supports_standing_order_negative_execution_days"`
	ValidPaymentIntervals []string `json:"valid_standing_order_intervals"`
}

// paymentMetadataOf is what was recorded of ins_117650 in 2021, for all that offer
// payments; the two newer members are assumed. Null for the others.
func paymentMetadataOf(bank *dataset.Institution) *paymentMetadata {
	if !bank.Offers("payment_initiation") {
		return nil
	}
	out := &paymentMetadata{
		MaximumPaymentAmount: map[string]string{"GBP": "1000000"}, SupportsInternational: true,
		SupportsPaymentConsent: true, SupportsRefundDetails: true,
	}
	if bank.Offers("standing_orders") {
		out.StandingOrderMetadata = &standingOrderMetadata{
			SupportsEndDate: true, SupportsNegativeDays: true, ValidPaymentIntervals: []string{"WEEKLY", "MONTHLY"},
		}
	}
	return out
}

type productStatus struct {
	Breakdown        statusBreakdown `json:"breakdown"`
	LastStatusChange string          `json:"last_status_change"`
	Status           string          `json:"status"`
}

// statusBreakdown has shares that sum to 1. Only what is updated by itself has an interval.
type statusBreakdown struct {
	ErrorInstitution float64 `json:"error_institution"`
	ErrorPlaid       float64 `json:"error_plaid"`
	RefreshInterval  string  `json:"refresh_interval,omitempty"`
	Success          float64 `json:"success"`
}

// healths are the statuses by the institution's health. The shares are assumed.
var healths = map[string]productStatus{
	"healthy":  {Status: "HEALTHY", Breakdown: statusBreakdown{0.01, 0.01, "NORMAL", 0.98}},
	"degraded": {Status: "DEGRADED", Breakdown: statusBreakdown{0.55, 0.05, "DELAYED", 0.4}},
	"down":     {Status: "DOWN", Breakdown: statusBreakdown{1, 0, "STOPPED", 0}},
}

// statusMembers are the members of a status: the product that each is about ("" for the
// login), and whether it is about updates that happen by themselves.
var statusMembers = []struct {
	name, product string
	updates       bool
}{
	{"item_logins", "", false},
	{"transactions_updates", productTransactions, true},
	{"auth", productAuth, false},
	{"identity", productIdentity, false},
	{"investments_updates", "investments", true},
	{"investments", "investments", false},
	{"liabilities_updates", "liabilities", true},
	{"liabilities", "liabilities", false},
}

// statusOf is the health of an institution, null for products that it lacks. It changed
// last at the midnight before yesterday (assumed).
func statusOf(now time.Time, bank *dataset.Institution) map[string]any {
	changed := now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -1).Format(time.RFC3339)
	out := map[string]any{"health_incidents": incidentsOf(changed, bank)}
	for _, member := range statusMembers {
		out[member.name] = nil
		if member.product != "" && !bank.Offers(member.product) {
			continue
		}
		status := healths[bank.Health]
		status.LastStatusChange = changed
		if !member.updates {
			status.Breakdown.RefreshInterval = ""
		}
		out[member.name] = status
	}
	return out
}

type healthIncident struct {
	EndDate         *string          `json:"end_date"`
	IncidentUpdates []incidentUpdate `json:"incident_updates"`
	StartDate       string           `json:"start_date"`
	Title           string           `json:"title"`
}

type incidentUpdate struct {
	Description string `json:"description"`
	Status      string `json:"status"`
	UpdatedDate string `json:"updated_date"`
}

// incidentsOf is null for an institution that is well.
func incidentsOf(since string, bank *dataset.Institution) []healthIncident {
	if bank.Health == "healthy" {
		return nil
	}
	return []healthIncident{{
		StartDate: since, Title: bank.Name + " is " + bank.Health,
		IncidentUpdates: []incidentUpdate{{
			Description: "We are looking into it.", Status: "INVESTIGATING", UpdatedDate: since,
		}},
	}}
}
