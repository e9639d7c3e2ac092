module fundingapp

go 1.26.0
