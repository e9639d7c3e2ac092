package plaid

import (
	"cmp"
	"strconv"

	"tweed/emulator/internal/api"
)

// w2 is a form W-2, in the JSON of a custom user and in an answer alike (OpenAPI file, schemas
// W2Override and W2). Amounts are texts, as they stand in the form's boxes.
type w2 struct {
	AllocatedTips            *string       `json:"allocated_tips"`
	Box12                    []w2Box       `json:"box_12,omitempty"`
	Box9                     *string       `json:"box_9"`
	DependentCareBenefits    *string       `json:"dependent_care_benefits"`
	Employee                 *paystubParty `json:"employee,omitempty"`
	Employer                 *paystubParty `json:"employer,omitempty"`
	EmployerIDNumber         *string       `json:"employer_id_number"`
	FederalIncomeTaxWithheld *string       `json:"federal_income_tax_withheld"`
	MedicareTaxWithheld      *string       `json:"medicare_tax_withheld"`
	MedicareWagesAndTips     *string       `json:"medicare_wages_and_tips"`
	NonqualifiedPlans        *string       `json:"nonqualified_plans"`
	Other                    *string       `json:"other"`
	RetirementPlan           *string       `json:"retirement_plan"`
	SocialSecurityWithheld   *string       `json:"social_security_tax_withheld"`
	SocialSecurityTips       *string       `json:"social_security_tips"`
	SocialSecurityWages      *string       `json:"social_security_wages"`
	StateAndLocalWages       []w2State     `json:"state_and_local_wages,omitempty"`
	StatutoryEmployee        *string       `json:"statutory_employee"`
	TaxYear                  *string       `json:"tax_year"`
	ThirdPartySickPay        *string       `json:"third_party_sick_pay"`
	WagesTipsOtherComp       *string       `json:"wages_tips_other_comp"`
}

type w2Box struct {
	Amount *string `json:"amount"`
	Code   *string `json:"code"`
}

type w2State struct {
	EmployerStateIDNumber *string `json:"employer_state_id_number"`
	LocalIncomeTax        *string `json:"local_income_tax"`
	LocalWagesTips        *string `json:"local_wages_tips"`
	LocalityName          *string `json:"locality_name"`
	State                 *string `json:"state"`
	StateIncomeTax        *string `json:"state_income_tax"`
	StateWagesTips        *string `json:"state_wages_tips"`
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
		told := documentOf(docID, "DOCUMENT_TYPE_US_TAX_W2", "w2", len(out.Taxforms))
		out.DocumentMetadata = append(out.DocumentMetadata, told)
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
