// credits
