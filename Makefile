# Two commands are all a newcomer needs. `./yinling run` and `./yinling test` do the same without make.
.PHONY: run test model

run:  ## set everything up, start the service, end at a prompt
	@./yinling run

test:  ## set everything up, check style and types, run all tests
	@./yinling test

model:  ## train the bundled recogniser from nothing (about two hours of one processor); goes on where it stopped
	@./yinling models train
