mod golden;
mod line;
mod typescript;
