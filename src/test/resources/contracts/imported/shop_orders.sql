CREATE TABLE shop_orders (
  order_id VARCHAR(14) PRIMARY KEY,
  customer_id INTEGER NOT NULL,
  order_day DATE NOT NULL,
  amount DECIMAL(18,2) NOT NULL,
  weight DOUBLE PRECISION,
  discount NUMERIC,
  email TEXT UNIQUE,
  status CHAR(1) NOT NULL,
  paid BOOLEAN,
  opened_at TIME,
  payload BLOB,
  updated_at TIMESTAMP NOT NULL
);
