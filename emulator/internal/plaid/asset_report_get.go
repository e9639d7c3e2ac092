package plaid

import (
	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

// reportReader are the fields of a request that reads a report.
type reportReader struct {
	Options *struct {
		DaysToInclude *whole `json:"days_to_include"`
	} `json:"options"`
}

// days is how much history is wanted at most.
func (r reportReader) days() (int, error) {
	if r.Options == nil || r.Options.DaysToInclude == nil {
		return reportDaysMax, nil
	}
	return int(*r.Options.DaysToInclude), checkReportDays(*r.Options.DaysToInclude)
}

// readyReport is reportOf for a call that reads the report. Errors, in order of checking:
// INVALID_FIELD for days_to_include, those of reportOf, PRODUCT_NOT_READY.
func readyReport(c *api.Call, token string, reader reportReader) (row assetReport, days int, err error) {
	if days, err = reader.days(); err != nil {
		return row, days, err
	}
	row, err = reportOf(c, token)
	if err == nil && row.Generated == nil {
		err = errAssetsNotReady.New()
	}
	return row, days, err
}

type assetReportGetRequest struct {
	assetReportRequest
	reportReader
	IncludeInsights bool `json:"include_insights"`
}

type assetReportGetResponse struct {
	Report    reportBody `json:"report"`
	RequestID string     `json:"request_id"`
	Warnings  []struct{} `json:"warnings"`
}

// assetReportGet answers with a report. With insights its transactions say more; insights on
// accounts are left out. The fast report is the report. Errors: those of readyReport.
func assetReportGet(c *api.Call, req assetReportGetRequest) (assetReportGetResponse, error) {
	row, days, err := readyReport(c, req.AssetReportToken, req.reportReader)
	if err != nil {
		return assetReportGetResponse{}, err
	}
	return assetReportGetResponse{
		Report: row.body(c.World, days, req.IncludeInsights), RequestID: c.RequestID, Warnings: []struct{}{},
	}, nil
}

// assetReportPDFGet answers with a report as a document. Errors: those of readyReport.
func assetReportPDFGet(c *api.Call, req assetReportGetRequest) (api.Raw, error) {
	row, days, err := readyReport(c, req.AssetReportToken, req.reportReader)
	if err != nil {
		return api.Raw{}, err
	}
	return row.pdf(c.World, days), nil
}

// auditCopy lets an auditor read a report.
type auditCopy struct {
	Report  string `json:"report"` // its asset_report_token
	Auditor string `json:"auditor,omitempty"`
}

var (
	auditCopies   = world.NewTable[auditCopy]("plaid.audit_copy", 1) // by audit_copy_token
	auditCopiesOf = auditCopies.Index(func(a auditCopy) string { return a.Report })

	errAuditCopy = catalogue.Must(catalogue.Plaid, "INVALID_INPUT/INVALID_AUDIT_COPY_TOKEN")
)

// The form of an audit copy's token: that of the OpenAPI file's example,
// a-sandbox-3TAU2CWVYBDVRHUCAAAI27ULU4.
const (
	auditAlphabet    = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	auditTokenLength = 26
)

type auditCopyCreateRequest struct {
	assetReportRequest
	AuditorID string `json:"auditor_id"`
}

type auditCopyCreateResponse struct {
	AuditCopyToken string `json:"audit_copy_token"`
	RequestID      string `json:"request_id"`
}

// assetReportAuditCopyCreate makes a token with which an auditor reads the report. Any auditor
// is known (assumed). Errors: those of parentOf.
func assetReportAuditCopyCreate(c *api.Call, req auditCopyCreateRequest) (auditCopyCreateResponse, error) {
	if _, err := parentOf(c, req.AssetReportToken); err != nil {
		return auditCopyCreateResponse{}, err
	}
	token := "a-" + EnvironmentOf(c.World) + "-" + c.World.Draw("audit_copy").Text(auditAlphabet, auditTokenLength)
	auditCopies.Put(c.World, token, auditCopy{Report: req.AssetReportToken, Auditor: req.AuditorID})
	return auditCopyCreateResponse{AuditCopyToken: token, RequestID: c.RequestID}, nil
}

type auditCopyRequest struct {
	AuditCopyToken string `json:"audit_copy_token"`
	reportReader
}

// audited finds the report of an audit copy; auditors call with keys of their own, so the
// client is not compared. Errors, in order of checking: INVALID_FIELD for days_to_include,
// INVALID_AUDIT_COPY_TOKEN.
func audited(c *api.Call, req auditCopyRequest) (row assetReport, days int, err error) {
	if days, err = req.days(); err != nil {
		return row, days, err
	}
	copied, ok := auditCopies.Get(c.World, req.AuditCopyToken)
	if !ok {
		return row, days, errAuditCopy.New()
	}
	row, _ = assetReports.Get(c.World, copied.Report)
	return row, days, nil
}

// assetReportAuditCopyGet is assetReportGet for an auditor. Errors: those of audited.
func assetReportAuditCopyGet(c *api.Call, req auditCopyRequest) (assetReportGetResponse, error) {
	row, days, err := audited(c, req)
	if err != nil {
		return assetReportGetResponse{}, err
	}
	return assetReportGetResponse{
		Report: row.body(c.World, days, false), RequestID: c.RequestID, Warnings: []struct{}{},
	}, nil
}

// assetReportAuditCopyPDFGet is assetReportPDFGet for an auditor. Errors: those of audited.
func assetReportAuditCopyPDFGet(c *api.Call, req auditCopyRequest) (api.Raw, error) {
	row, days, err := audited(c, req)
	if err != nil {
		return api.Raw{}, err
	}
	return row.pdf(c.World, days), nil
}

// assetReportAuditCopyRemove takes an audit copy away from its auditor. Errors:
// INVALID_AUDIT_COPY_TOKEN, also for another client's.
func assetReportAuditCopyRemove(c *api.Call, req auditCopyRequest) (removedResponse, error) {
	copied, ok := auditCopies.Get(c.World, req.AuditCopyToken)
	if row, _ := assetReports.Get(c.World, copied.Report); !ok || row.Client != c.Client.ID {
		return removedResponse{}, errAuditCopy.New()
	}
	auditCopies.Delete(c.World, req.AuditCopyToken)
	return removedResponse{Removed: true, RequestID: c.RequestID}, nil
}
