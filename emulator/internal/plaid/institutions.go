package plaid

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/dataset"
	"tweed/emulator/internal/nacha"
)

// Limits of the lists (OpenAPI file).
const (
	maxInstitutions      = 500
	maxInstitutionsFound = 10
)

// catalogueOrder is the order of /institutions/get: by name, in letters of one size
// (recorded 2018 and 2019).
var catalogueOrder = sync.OnceValue(func() []*dataset.Institution {
	all := dataset.Institutions()
	slices.SortFunc(all, func(a, b *dataset.Institution) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.ID, b.ID))
	})
	return all
})

// institutionOptions are the options of the three calls; which of them a call takes is
// the contract's matter.
type institutionOptions struct {
	AuthMetadata     bool     `json:"include_auth_metadata"`
	OAuth            *bool    `json:"oauth"`
	OptionalMetadata bool     `json:"include_optional_metadata"`
	PaymentMetadata  bool     `json:"include_payment_initiation_metadata"`
	Products         []string `json:"products"`
	RoutingNumbers   []string `json:"routing_numbers"`
	Status           bool     `json:"include_status"`
}

// institutionFilter is what an institution must have to be listed.
type institutionFilter struct {
	countries []string
	products  []string
	routing   []string
	oauth     *bool
}

func (f institutionFilter) matches(bank *dataset.Institution) bool {
	return slices.ContainsFunc(f.countries, func(c string) bool { return slices.Contains(bank.CountryCodes, c) }) &&
		len(without(f.products, bank.Products)) == 0 && len(without(f.routing, bank.RoutingNumbers)) == 0 &&
		(f.oauth == nil || *f.oauth == bank.OAuth)
}

type institutionsGetRequest struct {
	Count        whole              `json:"count"`
	CountryCodes []string           `json:"country_codes"`
	Offset       whole              `json:"offset"`
	Options      institutionOptions `json:"options"`
}

type institutionsGetResponse struct {
	Institutions []map[string]any `json:"institutions"`
	RequestID    string           `json:"request_id"`
	Total        int              `json:"total"`
}

// institutionsGet lists the catalogue, by name. Errors, in order of checking: INVALID_FIELD
// for a count outside of 1 to 500, a negative offset, no country, routing numbers none of
// which has nine digits and the right check digit (documented; the texts are assumed).
func institutionsGet(c *api.Call, req institutionsGetRequest) (institutionsGetResponse, error) {
	if err := checkPage("", req.Count, req.Offset, maxInstitutions); err != nil {
		return institutionsGetResponse{}, err
	}
	filter, err := filterOf(req.CountryCodes, req.Options.Products, req.Options)
	if err != nil {
		return institutionsGetResponse{}, err
	}
	var found []*dataset.Institution
	for _, bank := range catalogueOrder() {
		if filter.matches(bank) {
			found = append(found, bank)
		}
	}
	out := institutionsGetResponse{Institutions: []map[string]any{}, RequestID: c.RequestID, Total: len(found)}
	for _, bank := range page(found, req.Count, req.Offset) {
		out.Institutions = append(out.Institutions, req.Options.body(c, bank))
	}
	return out, nil
}

// filterOf reads what a request asks of institutions.
func filterOf(countries, products []string, o institutionOptions) (institutionFilter, error) {
	if len(countries) == 0 {
		return institutionFilter{}, errInvalidField.Text("country_codes must be a non-empty array of country codes")
	}
	var routing []string
	for _, number := range o.RoutingNumbers {
		if nacha.ValidRouting(number) == nil {
			routing = append(routing, number)
		}
	}
	if len(o.RoutingNumbers) > 0 && routing == nil {
		return institutionFilter{}, errInvalidField.Text("options.routing_numbers must contain a valid routing number")
	}
	return institutionFilter{countries: countries, products: products, routing: routing, oauth: o.OAuth}, nil
}

type institutionsSearchRequest struct {
	CountryCodes []string           `json:"country_codes"`
	Options      institutionOptions `json:"options"`
	Products     []string           `json:"products"`
	Query        string             `json:"query"`
}

type institutionsSearchResponse struct {
	Institutions []map[string]any `json:"institutions"`
	RequestID    string           `json:"request_id"`
}

// institutionsSearch finds institutions by name, ten at most (documented). An institution
// matches if each word of the query begins a word of its name; how Plaid matches is not
// public. Its institution_id is a name too, since SDK tests search for one. Errors:
// INVALID_FIELD without a country (INVALID_PRODUCT is the contract's matter).
func institutionsSearch(c *api.Call, req institutionsSearchRequest) (institutionsSearchResponse, error) {
	filter, err := filterOf(req.CountryCodes, req.Products, req.Options)
	if err != nil {
		return institutionsSearchResponse{}, err
	}
	var found []*dataset.Institution
	for _, bank := range catalogueOrder() {
		if filter.matches(bank) && named(bank, req.Query) {
			found = append(found, bank)
		}
	}
	// Who types the beginning of a name means that name (assumed).
	begins := func(bank *dataset.Institution) int {
		if strings.HasPrefix(strings.ToLower(bank.Name), strings.ToLower(strings.TrimSpace(req.Query))) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(found, func(a, b *dataset.Institution) int { return begins(a) - begins(b) })
	out := institutionsSearchResponse{Institutions: []map[string]any{}, RequestID: c.RequestID}
	for _, bank := range page(found, maxInstitutionsFound, 0) {
		out.Institutions = append(out.Institutions, req.Options.body(c, bank))
	}
	return out, nil
}

// named tells whether a query means an institution.
func named(bank *dataset.Institution, query string) bool {
	query = strings.ToLower(strings.TrimSpace(query))
	if query == bank.ID {
		return true
	}
	words := strings.Fields(strings.ToLower(bank.Name))
	asked := strings.Fields(query)
	for _, want := range asked {
		if !slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, want) }) {
			return false
		}
	}
	return len(asked) > 0
}

type institutionsGetByIDRequest struct {
	CountryCodes  []string           `json:"country_codes"`
	InstitutionID string             `json:"institution_id"`
	Options       institutionOptions `json:"options"`
}

type institutionsGetByIDResponse struct {
	Institution map[string]any `json:"institution"`
	RequestID   string         `json:"request_id"`
}

// institutionsGetByID tells about one institution. Errors, in order of checking:
// INVALID_FIELD without a country, INVALID_INSTITUTION for an id that is unknown (observed)
// or of none of these countries (assumed).
func institutionsGetByID(c *api.Call, req institutionsGetByIDRequest) (institutionsGetByIDResponse, error) {
	filter, err := filterOf(req.CountryCodes, nil, req.Options)
	if err != nil {
		return institutionsGetByIDResponse{}, err
	}
	bank, ok := dataset.FindInstitution(req.InstitutionID)
	if !ok || !filter.matches(bank) {
		return institutionsGetByIDResponse{}, errInstitution.New()
	}
	return institutionsGetByIDResponse{Institution: req.Options.body(c, bank), RequestID: c.RequestID}, nil
}
