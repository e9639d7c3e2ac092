package plaid

import (
	"encoding/json"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
)

var errNoIncomeYet = catalogue.Must(catalogue.Plaid, "ITEM_ERROR/PRODUCT_NOT_READY")

type incomeStream struct {
	Confidence    json.Number `json:"confidence"`
	Days          int         `json:"days"`
	MonthlyIncome int         `json:"monthly_income"`
	Name          string      `json:"name"`
}

type incomeBody struct {
	IncomeStreams          []incomeStream `json:"income_streams"`
	LastYear               int            `json:"last_year_income"`
	LastYearBeforeTax      int            `json:"last_year_income_before_tax"`
	MaxOverlappingStreams  int            `json:"max_number_of_overlapping_income_streams"`
	NumberOfStreams        int            `json:"number_of_income_streams"`
	ProjectedYear          int            `json:"projected_yearly_income"`
	ProjectedYearBeforeTax int            `json:"projected_yearly_income_before_tax"`
}

// documentedIncome is the answer that Plaid's documentation of 2018 showed, as the tests of
// several clients of that time have it. No answer of the Sandbox is recorded.
func documentedIncome() incomeBody {
	streams := []incomeStream{{"1", 518, 1601, "PLAID"}, {"0.95", 415, 1530, "BAGUETTES INC"}}
	return incomeBody{
		IncomeStreams: streams, LastYear: 28072, LastYearBeforeTax: 38681, ProjectedYear: 19444,
		ProjectedYearBeforeTax: 26291, MaxOverlappingStreams: len(streams), NumberOfStreams: len(streams),
	}
}

// incomeDelay is how long after the link there is no income: recorded is that there was
// none a second later; how long it took is assumed.
const incomeDelay = 30 * time.Second

type incomeResponse struct {
	Income    incomeBody `json:"income"`
	Item      itemBody   `json:"item"`
	RequestID string     `json:"request_id"`
}

// incomeGet told the income of the first Income product, which 2020-09-14 does not have.
// Errors, in order of checking: those of product, PRODUCT_NOT_READY.
func incomeGet(c *api.Call, req accessTokenRequest) (incomeResponse, error) {
	item, err := product(c, req.AccessToken, "income")
	if err != nil {
		return incomeResponse{}, err
	}
	if c.Now.Sub(item.Created) < incomeDelay {
		return incomeResponse{}, errNoIncomeYet.New()
	}
	return incomeResponse{Income: documentedIncome(), Item: item.body(c.World), RequestID: c.RequestID}, nil
}
