package plaid

import (
	"cmp"
	"encoding/json"
	"strconv"

	"tweed/emulator/internal/api"
)

// w2 is a form W-2, in the JSON of a custom user and in an answer alike (OpenAPI file, schemas
// W2Override and W2). Amounts are texts, as they stand in the form's boxes.
type w2 struct {
	Employer                 *paystubParty     `json:"employer,omitempty"`
	Employee                 *paystubParty     `json:"employee,omitempty"`
	TaxYear                  *string           `json:"tax_year"`
	EmployerIDNumber         *string           `json:"employer_id_number"`
	WagesTipsOtherComp       *string           `json:"wages_tips_other_comp"`
	FederalIncomeTaxWithheld *string           `json:"federal_income_tax_withheld"`
	SocialSecurityWages      *string           `json:"social_security_wages"`
	SocialSecurityWithheld   *string           `json:"social_security_tax_withheld"`
	MedicareWagesAndTips     *string           `json:"medicare_wages_and_tips"`
	MedicareTaxWithheld      *string           `json:"medicare_tax_withheld"`
	SocialSecurityTips       *string           `json:"social_security_tips"`
	AllocatedTips            *string           `json:"allocated_tips"`
	Box9                     *string           `json:"box_9"`
	DependentCareBenefits    *string           `json:"dependent_care_benefits"`
	NonqualifiedPlans        *string           `json:"nonqualified_plans"`
	Box12                    []json.RawMessage `json:"box_12,omitempty"`
	StatutoryEmployee        *string           `json:"statutory_employee"`
	RetirementPlan           *string           `json:"retirement_plan"`
	ThirdPartySickPay        *string           `json:"third_party_sick_pay"`
	Other                    *string           `json:"other"`
	StateAndLocalWages       []json.RawMessage `json:"state_and_local_wages,omitempty"`
}

type taxform struct {
	DocID        string `json:"doc_id"`
	DocumentType string `json:"document_type"`
	W2           w2     `json:"w2"`
}

type taxformsResponse struct {
	DocumentMetadata []incomeDocument `json:"document_metadata"`
	RequestID        string           `json:"request_id"`
	Taxforms         []taxform        `json:"taxforms"`
}

// paydaysPerYear are those of a pay every two weeks.
const paydaysPerYear = 26

// incomeVerificationTaxformsGet answers with the W-2 of the year before, of the pay that the
// paystubs tell (assumed), and with those of a custom user whose JSON lists any. What an
// employee's taxes are made of is not known, so that those boxes are null. Errors:
// those of incomeVerificationPaystubsGet.
func incomeVerificationTaxformsGet(c *api.Call, req paystubsRequest) (taxformsResponse, error) {
	item, err := req.item(c)
	if err != nil {
		return taxformsResponse{}, err
	}
	out := taxformsResponse{RequestID: c.RequestID, DocumentMetadata: []incomeDocument{}}
	add := func(form w2, docID string) {
		out.DocumentMetadata = append(out.DocumentMetadata, documentOf(docID, "DOCUMENT_TYPE_US_TAX_W2", "w2", len(out.Taxforms)))
		out.Taxforms = append(out.Taxforms, taxform{docID, "W2", form})
	}
	worker := item.employee(c.World)
	for at, income := range item.incomes() {
		for n, form := range income.W2s {
			form.Employee = cmp.Or(form.Employee, &worker)
			add(form, item.documentID(c.World, "w2", at, n))
		}
	}
	if len(out.Taxforms) > 0 {
		return out, nil
	}
	year, firm := strconv.Itoa(c.Now.Year()-1), employer()
	wages := (payGross * paydaysPerYear).String()
	add(w2{
		Employer: &firm, Employee: &worker, TaxYear: &year, WagesTipsOtherComp: &wages, SocialSecurityWages: &wages,
		MedicareWagesAndTips: &wages,
	}, c.World.Derive("w2", item.ID, year).Text(idAlphabet, 9))
	return out, nil
}
