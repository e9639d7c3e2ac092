package plaid

// roll moves all dates of the JSON by the same number of days, so that the newest activity is
// of a day: what roll_dates_forward asks for, when an Item is made (README of
// github.com/plaid/sandbox-custom-users). Activity are transactions, trades, prices of holdings
// and pay days. The terms of a loan move with them, but are none (assumed); a JSON without
// activity stays as it is.
func (c *Custom) roll(to day) {
	if !c.RollDates {
		return
	}
	activity, terms := c.dates()
	var newest *day
	for _, text := range activity {
		if d, ok := parseDay(*text); ok && (newest == nil || d > *newest) {
			newest = &d
		}
	}
	if newest == nil {
		return
	}
	for _, text := range append(activity, terms...) {
		if d, ok := parseDay(*text); ok {
			*text = (d + to - *newest).String()
		}
	}
}

// dates are all dates of the JSON: those of what happened, and the others.
func (c *Custom) dates() (activity, terms []*string) {
	for n := range c.Accounts {
		a := &c.Accounts[n]
		for n := range a.Transactions {
			activity = append(activity, &a.Transactions[n].DateTransacted, &a.Transactions[n].DatePosted)
		}
		for n := range a.Holdings {
			activity = append(activity, &a.Holdings[n].InstitutionPriceAsOf)
		}
		for n := range a.InvestmentEvents {
			activity = append(activity, &a.InvestmentEvents[n].Date)
		}
		if a.Income != nil {
			for n := range a.Income.Paystubs {
				period := &a.Income.Paystubs[n].Period
				activity = append(activity, &period.PayDate, &period.PayDay)
				terms = append(terms, &period.StartDate, &period.EndDate)
			}
		}
		if l := a.Liability; l != nil {
			terms = append(terms, &l.OriginationDate, &l.ExpectedPayoffDate)
			if l.LoanStatus != nil {
				terms = append(terms, &l.LoanStatus.EndDate)
			}
			if l.PSLFStatus != nil {
				terms = append(terms, &l.PSLFStatus.EstimatedEligibilityDate)
			}
		}
	}
	return activity, terms
}
